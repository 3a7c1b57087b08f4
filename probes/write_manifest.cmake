# cmake -DBUILD_ID= -DABIS= -DNAMES= -DDIRECTORY= -DMANIFEST= -P write_manifest.cmake
# Writes the digests of DIRECTORY/ABI/NAME as rename-oracle/probes/1. Names need no escaping: they
# are stems of our own source files.
set(abi_objects "")
foreach(abi IN LISTS ABIS)
    set(entries "")
    foreach(name IN LISTS NAMES)
        file(SHA256 ${DIRECTORY}/${abi}/${name} digest)
        list(APPEND entries "      \"${name}\": \"sha256:${digest}\"")
    endforeach()
    list(JOIN entries ",\n" entries)
    list(APPEND abi_objects "    \"${abi}\": {\n${entries}\n    }")
endforeach()
list(JOIN abi_objects ",\n" abi_objects)
set(text "{\n  \"schema\": \"rename-oracle/probes/1\",\n  \"build_id\": \"${BUILD_ID}\",\n  \"abis\": {\n${abi_objects}\n  }\n}\n")
# Renamed into place, so that a reader never sees half of it.
file(WRITE ${MANIFEST}.new "${text}")
file(RENAME ${MANIFEST}.new ${MANIFEST})
