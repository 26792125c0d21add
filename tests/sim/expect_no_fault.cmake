# Asks a simulator for a fault that it must not have: it must refuse the number, with the exit code for bad usage.
execute_process(COMMAND ${SIMULATOR} --seed 1 --steps 1 --fault ${FAULT}
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 2)
  message(FATAL_ERROR "The simulator knows a fault ${FAULT} (exit code ${result}), and no test looks for it: "
                      "tests/sim/CMakeLists.txt lists what each must be found as.\n${output}")
endif()
message(STATUS "There is no fault ${FAULT}")
