# The warnings that every program of the project is built with; all of them are errors.
set(RO_WARNINGS
    -Wall -Wextra -Wpedantic -Werror
    -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wformat=2 -Wundef -Wwrite-strings -Wcast-qual -Wcast-align -Wpointer-arith
    -Wconversion -Wsign-conversion -Wvla -Wswitch-enum -Wnull-dereference
    -Wdouble-promotion -Wimplicit-fallthrough)
# Texts for people are cut on purpose; paths are never, they go through path_format().
if(CMAKE_C_COMPILER_ID STREQUAL GNU)
    list(APPEND RO_WARNINGS -Wno-format-truncation)
endif()

# gcc's analyzer as part of the build: a quarter more time than compiling alone, where a second pass
# over every file would take all of it again.
option(RO_ANALYZE "Compile with gcc's -fanalyzer" OFF)
if(RO_ANALYZE)
    if(NOT CMAKE_C_COMPILER_ID STREQUAL GNU)
        message(FATAL_ERROR "RO_ANALYZE: only gcc has -fanalyzer; this is ${CMAKE_C_COMPILER_ID}")
    endif()
    # gcc 12 does not know what __attribute__((cleanup)) does, so what it says about freeing is wrong;
    # ASan and clang's analyzer look after that.
    list(APPEND RO_WARNINGS -fanalyzer -Wno-analyzer-double-free -Wno-analyzer-malloc-leak
         -Wno-analyzer-use-after-free -Wno-analyzer-use-of-uninitialized-value)
endif()
