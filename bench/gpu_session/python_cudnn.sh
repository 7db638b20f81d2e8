# python_cudnn.sh - cuDNN of Python's nvidia packages, made to look like an installation. Sourced.

# python_cudnn FOLDER: fills FOLDER with links to the cuDNN of Python's packages, and exports CUDNN_HOME; does nothing where Python has none.
# Those packages have no libcudnn.so to link with. NVRTC, which cuDNN's engines open while they run, must lie beside them: cuDNN looks for it
# in its own folder and relative to that, and for the loader a library's folder is that of the link that it was opened by.
python_cudnn() {
  local made=$1 cudnn nvrtc nvcc
  cudnn=$(python3 -c 'import nvidia.cudnn as c; print(list(c.__path__)[0])' 2>/dev/null) || return 0
  rm -rf "$made" && mkdir -p "$made/lib"
  ln -s "$cudnn/include" "$made/include"
  ln -s "$cudnn"/lib/libcudnn* "$made/lib/"
  ln -sf libcudnn.so.9 "$made/lib/libcudnn.so"
  nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
  for nvrtc in "$cudnn"/../cuda_nvrtc/lib "$cudnn"/../cu1[0-9]/lib "$(dirname -- "$(dirname -- "$(readlink -f -- "$nvcc")")")"/lib{64,}; do
    compgen -G "$nvrtc/libnvrtc*" >/dev/null || continue
    ln -s "$(readlink -f -- "$nvrtc")"/libnvrtc* "$made/lib/"
    break
  done
  export CUDNN_HOME=$made
}
