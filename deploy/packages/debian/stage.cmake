# Run by CPack when the files of each package lie in its folder: what Debian wants of a package and `cmake --install` has no use for.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)

function(write_changelog folder package)
  file(WRITE ${folder}/changelog "${package} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n"
    "  * Version ${CPACK_PACKAGE_VERSION}.\n\n -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
  execute_process(COMMAND gzip -9n ${folder}/changelog COMMAND_ERROR_IS_FATAL ANY)
endfunction()

foreach(component ${CPACK_COMPONENTS_ALL})
  set(root ${CPACK_TEMPORARY_DIRECTORY}/${component})
  string(TOUPPER ${component} COMPONENT)
  set(package ${CPACK_DEBIAN_${COMPONENT}_PACKAGE_NAME})
  file(COPY ${CPACK_BATON_DEBIAN_DIR}/copyright DESTINATION ${root}/usr/share/doc/${package})
  if(EXISTS ${CPACK_BATON_DEBIAN_DIR}/${package}.lintian-overrides)
    configure_file(${CPACK_BATON_DEBIAN_DIR}/${package}.lintian-overrides ${root}/usr/share/lintian/overrides/${package} COPYONLY)
  endif()
  write_changelog(${root}/usr/share/doc/${package} ${package})
  file(GLOB pages ${root}/usr/share/man/man1/*.1)
  foreach(page ${pages})
    execute_process(COMMAND gzip -9n ${page} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endforeach()

# The configuration of the service: an absolute path, which a prefix cannot have.
set(env ${CPACK_TEMPORARY_DIRECTORY}/coordinator/etc/baton/coordinator.env)
configure_file(${CPACK_BATON_SYSTEMD_DIR}/coordinator.env ${env} COPYONLY)
file(CHMOD ${env} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)

# The compiler's name is in every program, and nobody reads it there.
file(GLOB programs ${CPACK_TEMPORARY_DIRECTORY}/*/usr/bin/*)
execute_process(COMMAND strip --remove-section=.comment --remove-section=.note ${programs} COMMAND_ERROR_IS_FATAL ANY)

# CPack strips programs only. Debugging information of a library is most of it, and names the folders of this machine.
file(GLOB archives ${CPACK_TEMPORARY_DIRECTORY}/development/usr/lib/*.a)
execute_process(COMMAND strip --strip-debug --remove-section=.comment --remove-section=.note --enable-deterministic-archives ${archives}
  COMMAND_ERROR_IS_FATAL ANY)
