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
