# Runs a simulator with a planted fault: it must fail, with exit code 1, and name the invariant that is broken.
execute_process(COMMAND ${SIMULATOR} --seed 1 --steps 200000 --fault ${FAULT}
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 1)
  message(FATAL_ERROR "The planted fault was not found (exit code ${result}).\n${output}")
endif()
string(FIND "${output}" "BROKEN: ${EXPECTED}:" position)
if(position EQUAL -1)
  message(FATAL_ERROR "The planted fault was found under another name than ${EXPECTED}.\n${output}")
endif()
message(STATUS "Found: ${EXPECTED}")
