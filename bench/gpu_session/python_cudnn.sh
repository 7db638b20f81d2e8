# python_cudnn.sh - makes cuDNN from Python's nvidia packages look like an installation. Sourced.

# python_cudnn FOLDER: fills FOLDER with links to cuDNN in Python's packages and exports CUDNN_HOME; does nothing if
# Python has no cuDNN. The packages lack libcudnn.so, which the linker needs. NVRTC, which cuDNN's engines open at run
# time, must be linked beside cuDNN: cuDNN searches its own folder and paths relative to it, and to the loader that is
# the folder of the link through which the library was opened.
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
