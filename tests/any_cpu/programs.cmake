# With GRIDSTRIDE_CPU=any: what the program and its modules hold, and which of them a CPU takes (qemu emulates it).
# They need gridstride-train and its modules alone (docs/library.md).
add_test(NAME any_cpu COMMAND python3 "${CMAKE_CURRENT_SOURCE_DIR}/any_cpu/any_cpu_test.py")
set_tests_properties(any_cpu PROPERTIES LABELS any_cpu TIMEOUT 600 PROCESSORS 2 ENVIRONMENT
  "GRIDSTRIDE_PROGRAM=$<TARGET_FILE:gridstride-train>;GRIDSTRIDE_CPU_V3=$<TARGET_FILE:gridstride_cpu_v3>;GRIDSTRIDE_CPU_V4=$<TARGET_FILE:gridstride_cpu_v4>")
