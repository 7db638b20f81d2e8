# architectures_test.cmake - choices of cmake/GridstrideArchitectures.cmake on made-up machines, with scripts as
# nvidia-smi and nvcc. Run: cmake -DWORK=FOLDER -P architectures_test.cmake
get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

if(DEFINED GIVEN OR DEFINED MACHINE)  # one case, in a separate process
  if(DEFINED GIVEN)
    string(REPLACE "+" ";" CMAKE_CUDA_ARCHITECTURES "${GIVEN}")
  endif()
  set(ENV{PATH} "${MACHINE}")
  include("${root}/cmake/GridstrideArchitectures.cmake")
  gridstride_choose_architectures("${WORK}/nvcc")
  message("chosen: ${CMAKE_CUDA_ARCHITECTURES}")
  return()
endif()

function(write_script path text)
  file(WRITE "${path}" "#!/bin/sh\n${text}\n")
  file(CHMOD "${path}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endfunction()
write_script("${WORK}/nvcc" "echo compute_80; echo compute_89; echo compute_90; echo compute_100")

# expect(TEXT ARGUMENTS...): the case's output must contain TEXT
function(expect what)
  execute_process(COMMAND ${CMAKE_COMMAND} "-DWORK=${WORK}" ${ARGN} -P "${CMAKE_CURRENT_FUNCTION_LIST_FILE}"
                  OUTPUT_VARIABLE out ERROR_VARIABLE out)
  string(REGEX REPLACE "[ \n]+" " " out "${out}")
  string(FIND "${out}" "${what}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "no '${what}' with ${ARGN} in: ${out}")
  endif()
endfunction()
# on_machine(TEXT CAPABILITIES...): nvidia-smi lists GPUs of these compute capabilities
function(on_machine what)
  string(REPLACE ";" "; echo " echoes "${ARGN}")
  write_script("${WORK}/machine/nvidia-smi" "echo ${echoes}")
  expect("${what}" "-DMACHINE=${WORK}/machine")
endfunction()

expect("chosen: 80-virtual;90" "-DMACHINE=/nowhere")
on_machine("chosen: 90" 9.0)
on_machine("chosen: 89;100" 8.9 8.9 10.0)
on_machine("7.5 is here: too old" 7.5)
on_machine("chosen: 80-virtual;90" 7.5)
on_machine("chosen: 80" 7.5 8.0)
on_machine("12.0 is here, which this CUDA toolkit does not know" 12.0)
on_machine("chosen: 80-virtual;90" 12.0)
on_machine("chosen: 80-virtual;90" "NVIDIA-SMI has failed because it could not reach the driver")
expect("chosen: 86;90a" -DGIVEN=86+90a)
expect("chosen: native" -DGIVEN=native)
expect("'75': compute capabilities from 80 on are needed" -DGIVEN=75+90)
expect("'all': compute capabilities from 80 on are needed" -DGIVEN=all)
