# ro_embed_text(TARGET SYMBOL FILE): makes the bytes of a text file part of a program, as
# `const char SYMBOL[]`, which ends in a NUL. Editing the file makes CMake run again.
function(ro_embed_text target symbol file)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} bytes HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f])" "\\1\n" bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
    set(text "/* Made by CMake from a text file; not to be edited. */\n")
    string(APPEND text "extern const char ${symbol}[];\nconst char ${symbol}[] = {\n${bytes}'\\0'};\n")
    file(GENERATE OUTPUT ${source} CONTENT "${text}")
    target_sources(${target} PRIVATE ${source})
endfunction()
