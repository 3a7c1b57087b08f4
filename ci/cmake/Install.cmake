# What an installation holds, and the .deb and the .tar.gz made of it. The program finds its files relative to
# itself (runner/base/data_dir.h), so these directories are fixed below the prefix, and a finished
# installation may be moved.
install(TARGETS rename-oracle RUNTIME DESTINATION bin)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/runner/targets DESTINATION share/rename-oracle
        FILES_MATCHING PATTERN *.json)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/results/schema DESTINATION share/rename-oracle
        FILES_MATCHING PATTERN *.json)
install(FILES ${PROJECT_SOURCE_DIR}/ci/criteria.json DESTINATION share/rename-oracle OPTIONAL)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/ci/upstream-state DESTINATION lib/rename-oracle)
# Programs for guests; whatever else is a program of ours installs itself below lib/rename-oracle.
foreach(abi IN LISTS RO_PROBE_ABIS)
    install(DIRECTORY ${PROJECT_BINARY_DIR}/probes/${abi} DESTINATION lib/rename-oracle/probes
            USE_SOURCE_PERMISSIONS)
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/probes/manifest.json DESTINATION lib/rename-oracle/probes)

# Debian wants manual pages compressed; man reads both, so every installation gets it so.
set(page ${PROJECT_SOURCE_DIR}/docs/rename-oracle.1)
set(packed_page ${PROJECT_BINARY_DIR}/rename-oracle.1.gz)
add_custom_command(OUTPUT ${packed_page} COMMAND gzip -9nc ${page} > ${packed_page}
                   DEPENDS ${page} VERBATIM)
add_custom_target(manual_page ALL DEPENDS ${packed_page})
install(FILES ${packed_page} DESTINATION share/man/man1)
install(FILES ${PROJECT_SOURCE_DIR}/ci/completion/rename-oracle.bash
        DESTINATION share/bash-completion/completions RENAME rename-oracle)

file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/*.md)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${pages}
        DESTINATION share/doc/rename-oracle)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/rename-oracle RENAME copyright)

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME rename-oracle)
set(CPACK_PACKAGE_CONTACT "The rename-oracle maintainers <maintainers@rename-oracle.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "says whether rename(2) comes back, and decides from that")
set(CPACK_PACKAGE_DESCRIPTION
"Six small programs rename files inside a guest, a runner survives the one
that never returns and says in which call it was lost, and a gate decides
from the verdicts whether Nanvix's CPython harness may drop -B.")
set(CPACK_PACKAGE_FILE_NAME
    ${CPACK_PACKAGE_NAME}-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
# The probes are known by their digests, so nothing may strip them after the build.
set(CPACK_STRIP_FILES OFF)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "user-mode-linux, mtools, dosfstools")
# For lib/rename-oracle/upstream-state.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "python3, gh, openssh-client")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
