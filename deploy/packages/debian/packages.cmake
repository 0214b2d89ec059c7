# The three components as Debian packages: `cpack --config build/release/CPackConfig.cmake`. Dependencies on shared libraries are found by
# dpkg-shlibdeps; named here is what it cannot see.
set(BATON_PACKAGE_CONTACT "Baton maintainers <maintainers@baton.invalid>" CACHE STRING "Maintainer of the Debian packages: whoever hands them on")

set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR DEB)
# Each description has a first line of its own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGE_CONTACT ${BATON_PACKAGE_CONTACT})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY ${Baton_BINARY_DIR})
set(CPACK_OUTPUT_FILE_PREFIX ${Baton_BINARY_DIR}/packages)
set(CPACK_COMPONENTS_ALL baton coordinator development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 0)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/stage.cmake)
set(CPACK_BATON_DEBIAN_DIR ${CMAKE_CURRENT_LIST_DIR})
set(CPACK_BATON_SYSTEMD_DIR ${CMAKE_CURRENT_LIST_DIR}/../systemd)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_BATON_PACKAGE_NAME baton)
set(CPACK_DEBIAN_BATON_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_BATON_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_BATON_PACKAGE_RECOMMENDS baton-coordinator)
set(CPACK_DEBIAN_BATON_PACKAGE_SUGGESTS postgresql)
set(CPACK_DEBIAN_BATON_DESCRIPTION "workflow system in the shape of Amazon SWF: command line
Starts, shows, signals and ends workflow executions of a Baton coordinator,
and keeps domains and schedules. \"baton dev\" runs a whole Baton on this
machine; it needs baton-coordinator and PostgreSQL.")

set(CPACK_DEBIAN_COORDINATOR_PACKAGE_NAME baton-coordinator)
set(CPACK_DEBIAN_COORDINATOR_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_COORDINATOR_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COORDINATOR_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers | systemd-sysusers, tzdata")
set(CPACK_DEBIAN_COORDINATOR_PACKAGE_RECOMMENDS baton)
set(CPACK_DEBIAN_COORDINATOR_PACKAGE_SUGGESTS "postgresql (>= 15)")
set(CPACK_DEBIAN_COORDINATOR_PACKAGE_CONTROL_EXTRA
  ${CMAKE_CURRENT_LIST_DIR}/conffiles ${CMAKE_CURRENT_LIST_DIR}/postinst ${CMAKE_CURRENT_LIST_DIR}/prerm ${CMAKE_CURRENT_LIST_DIR}/postrm)
set(CPACK_DEBIAN_COORDINATOR_DESCRIPTION "workflow system in the shape of Amazon SWF: coordinator
Keeps the state of every running process in PostgreSQL and hands each step out
to one worker, over gRPC. The service is not started before its database is
named in /etc/baton/coordinator.env.")

# The static libraries fit the versions that they were compiled with.
function(baton_same_minor_version out_var package version)
  string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" minor ${version})
  math(EXPR next "${CMAKE_MATCH_2} + 1")
  set(${out_var} "${package} (>= ${minor}), ${package} (<< ${CMAKE_MATCH_1}.${next})" PARENT_SCOPE)
endfunction()
baton_same_minor_version(grpc libgrpc++-dev ${gRPC_VERSION})
baton_same_minor_version(protobuf libprotobuf-dev ${Protobuf_VERSION})

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libbaton-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
# protobuf-compiler-grpc: gRPC's own CMake files look for its program.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "${grpc}, ${protobuf}, libabsl-dev, libssl-dev, nlohmann-json3-dev, protobuf-compiler-grpc")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "baton, cmake, pkgconf")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "workflow system in the shape of Amazon SWF: C++ libraries
Headers and static libraries to write clients, deciders and workers for Baton,
with CMake and pkg-config files, and the .proto files of its contract for any
other language.")

include(CPack)
