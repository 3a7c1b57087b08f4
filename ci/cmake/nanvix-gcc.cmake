# The toolchain before the SDK: i686-nanvix-gcc in NANVIX_SDK_ROOT/bin (by default /opt/nanvix),
# linked with the linker script and the libposix.a of the release in NANVIX_SYSROOT (by default the
# same place). NANVIX_LIBC names another libc.a than the compiler's own.
foreach(place IN ITEMS NANVIX_SDK_ROOT NANVIX_SYSROOT)
    if(DEFINED ENV{${place}})
        set(${place} $ENV{${place}})
    elseif(place STREQUAL "NANVIX_SYSROOT")
        set(NANVIX_SYSROOT ${NANVIX_SDK_ROOT})
    else()
        set(${place} /opt/nanvix)
    endif()
endforeach()

set(CMAKE_SYSTEM_NAME Nanvix)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(CMAKE_C_COMPILER ${NANVIX_SDK_ROOT}/bin/i686-nanvix-gcc)
if(NOT EXISTS ${CMAKE_C_COMPILER})
    message(FATAL_ERROR "${CMAKE_C_COMPILER} is missing: set NANVIX_SDK_ROOT to its toolchain")
endif()
foreach(library IN ITEMS user.ld libposix.a)
    if(NOT EXISTS ${NANVIX_SYSROOT}/lib/${library})
        message(FATAL_ERROR "${NANVIX_SYSROOT}/lib/${library} is missing: set NANVIX_SYSROOT to a release")
    endif()
endforeach()
if(DEFINED ENV{NANVIX_LIBC})
    set(libc $ENV{NANVIX_LIBC})
else()
    execute_process(COMMAND ${CMAKE_C_COMPILER} -m32 -print-file-name=libc.a
                    OUTPUT_VARIABLE libc OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()

set(CMAKE_C_FLAGS_INIT "-m32 -march=pentiumpro")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-T ${NANVIX_SYSROOT}/lib/user.ld")
set(CMAKE_C_STANDARD_LIBRARIES
    "-Wl,--start-group ${NANVIX_SYSROOT}/lib/libposix.a ${libc} -Wl,--end-group")
