# The warnings that every program of the project is built with; all of them are errors.
set(RO_WARNINGS
    -Wall -Wextra -Wpedantic -Werror
    -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wformat=2 -Wundef -Wwrite-strings -Wcast-qual -Wcast-align -Wpointer-arith
    -Wconversion -Wsign-conversion -Wvla -Wswitch-enum -Wnull-dereference
    -Wdouble-promotion -Wimplicit-fallthrough)
