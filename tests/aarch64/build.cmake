# cmake -DSOURCE=... -DBUILD=... -P build.cmake: the simulator's test programs for aarch64.
execute_process(
  COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${BUILD}" -G Ninja
          "-DCMAKE_TOOLCHAIN_FILE=${SOURCE}/cmake/aarch64-linux-gnu.cmake" -DGRIDSTRIDE_SIMULATOR_ALONE=ON
          -DGRIDSTRIDE_UNITY=ON -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0
          -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O1
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${BUILD}" -j 2 --target test_sim test_sim_check
                COMMAND_ERROR_IS_FATAL ANY)
