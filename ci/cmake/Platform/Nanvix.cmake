# What CMake has to know about the system named Nanvix: static ELF programs and nothing else. An SDK
# that brings a file of this name is asked first, as its toolchain file sets CMAKE_MODULE_PATH.
set(UNIX 1)
set(CMAKE_DL_LIBS "")
set_property(GLOBAL PROPERTY TARGET_SUPPORTS_SHARED_LIBS FALSE)
