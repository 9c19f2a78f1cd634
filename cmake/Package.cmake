# The Debian package, made by `cpack -G DEB`. `./dev package` calls it and tests the result.
option(GATEHOUSE_PACKAGE "Prepare the Debian package" OFF)
if(NOT GATEHOUSE_PACKAGE)
  return()
endif()

set(GATEHOUSE_MAINTAINER "Gatehouse maintainers <maintainers@gatehouse.example>" CACHE STRING "Who answers for the package")
set(packaging "${CMAKE_SOURCE_DIR}/deploy/debian")
set(prepared "${CMAKE_BINARY_DIR}/package")
set(documentation share/doc/gatehouse)

# The unit in deploy/systemd, with the paths of a package.
file(READ "${CMAKE_SOURCE_DIR}/deploy/systemd/gatehouse.service" unit)
string(REPLACE "/usr/local/bin/gatehouse" "/usr/bin/gatehouse" unit "${unit}")
string(REPLACE "\nExecStart=" "\nEnvironmentFile=/etc/gatehouse/gatehouse.env\nEnvironmentFile=/etc/gatehouse/secrets.env\nExecStart="
       unit "${unit}")
string(REPLACE "\nAfter=" "\nDocumentation=man:gatehouse(1)\nAfter=" unit "${unit}")
if(NOT unit MATCHES "\nEnvironmentFile=/etc/gatehouse/secrets.env\nExecStart=/usr/bin/gatehouse serve\n" OR NOT unit MATCHES "\nDocumentation=")
  message(FATAL_ERROR "deploy/systemd/gatehouse.service is no longer what cmake/Package.cmake changes")
endif()
file(CONFIGURE OUTPUT "${prepared}/gatehouse.service" CONTENT "${unit}" @ONLY)

# The date of everything in the package is that of the commit.
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  set(date "@$ENV{SOURCE_DATE_EPOCH}")
else()
  set(date "@0")
endif()
execute_process(COMMAND env LC_ALL=C date -R -u -d ${date} OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(revision 1)
file(CONFIGURE OUTPUT "${prepared}/changelog.Debian" @ONLY CONTENT
"gatehouse (@PROJECT_VERSION@-@revision@) unstable; urgency=medium

  * Version @PROJECT_VERSION@; changelog.gz says what is new.

 -- @GATEHOUSE_MAINTAINER@  @date@
")
file(READ "${CMAKE_SOURCE_DIR}/LICENSE" license)
file(READ "${CMAKE_SOURCE_DIR}/third_party/zxcvbn/LICENSE" license_of_words)
file(WRITE "${prepared}/copyright" "Gatehouse:\n\n${license}\nThe list of common passwords, from zxcvbn for Python:\n\n${license_of_words}")
file(CONFIGURE OUTPUT "${prepared}/conffiles" CONTENT "/etc/gatehouse/gatehouse.env\n")

set(compressed "")
foreach(file IN ITEMS "${CMAKE_SOURCE_DIR}/CHANGELOG.md" "${prepared}/changelog.Debian")
  cmake_path(GET file FILENAME name)
  string(REPLACE "CHANGELOG.md" "changelog" name "${name}")
  add_custom_command(OUTPUT "${prepared}/${name}.gz" COMMAND gzip -9nc "${file}" > "${prepared}/${name}.gz" DEPENDS "${file}" VERBATIM)
  list(APPEND compressed "${prepared}/${name}.gz")
endforeach()
add_custom_command(
  OUTPUT "${prepared}/man/stamp"
  COMMAND "${packaging}/man_pages.sh" $<TARGET_FILE:gatehouse> "${prepared}/man"
  COMMAND gzip -9nf ${prepared}/man/*.1
  COMMAND touch "${prepared}/man/stamp"
  DEPENDS gatehouse "${packaging}/man_pages.sh")
add_custom_target(package_files ALL DEPENDS ${compressed} "${prepared}/man/stamp")

install(TARGETS gatehouse RUNTIME DESTINATION bin)
install(FILES "${prepared}/gatehouse.service" DESTINATION lib/systemd/system)
install(FILES "${packaging}/sysusers.conf" DESTINATION lib/sysusers.d RENAME gatehouse.conf)
install(FILES "${packaging}/gatehouse.env" DESTINATION /etc/gatehouse)
install(FILES "${packaging}/lintian-overrides" DESTINATION share/lintian/overrides RENAME gatehouse)
install(FILES ${compressed} "${prepared}/copyright" DESTINATION ${documentation})
install(DIRECTORY "${prepared}/man/" DESTINATION share/man/man1 FILES_MATCHING PATTERN "*.gz")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME gatehouse)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "authentication and user management service")
set(CPACK_PACKAGE_DESCRIPTION
"Gatehouse registers users, logs them in, and checks their sessions and
tokens, for applications that call its HTTP interface. It keeps them in
SQLite or PostgreSQL. Common and stolen passwords are refused, guessing is
limited, and an audit trail tells who did what.")
set(CPACK_PACKAGE_CONTACT "${GATEHOUSE_MAINTAINER}")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${revision})
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What the program needs in addition to the libraries that it is linked with.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "init-system-helpers (>= 1.54~), procps, systemd | systemd-standalone-sysusers")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, libcrypt1, libcurl4, libpq5")
# For `gatehouse backup` and `restore` with PostgreSQL.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql-client")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${packaging}/postinst" "${packaging}/prerm" "${packaging}/postrm" "${prepared}/conffiles")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
