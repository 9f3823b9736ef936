# What an office has of a build, where Debian has such things; debian/rules takes it from here.
#   cmake --install build/release --prefix /usr [--strip]      (DESTDIR=DIR below another root)
# The programs look for their configuration in /etc/tenggat, whatever the prefix.
include(GNUInstallDirs)
set(shared ${CMAKE_INSTALL_DATAROOTDIR}/tenggat)

install(TARGETS tenggatd tenggat RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES systemd/tenggatd.service DESTINATION lib/systemd/system)
# The same for an office of a name: tenggatd@banjarbaru runs by /etc/tenggat/banjarbaru.yaml.
file(READ systemd/tenggatd.service unit)
foreach(one IN ITEMS "/etc/tenggat/tenggat.yaml|/etc/tenggat/%i.yaml" "applications\n|applications of %i\n"
    "StateDirectory=tenggat\n|StateDirectory=tenggat tenggat/%i\n")
  string(REPLACE "|" ";" pair "${one}")
  list(GET pair 0 from)
  list(GET pair 1 to)
  string(REPLACE "${from}" "${to}" unit "${unit}")
endforeach()
file(CONFIGURE OUTPUT tenggatd@.service CONTENT "${unit}" @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS systemd/tenggatd.service)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tenggatd@.service DESTINATION lib/systemd/system)
install(FILES systemd/sysusers.d/tenggat.conf DESTINATION lib/sysusers.d)
install(FILES systemd/tmpfiles.d/tenggat.conf DESTINATION lib/tmpfiles.d)
install(DIRECTORY rules/office/ DESTINATION /etc/tenggat/rules)

# The example of the configuration, what stands around the daemon, what editors and clients read.
install(FILES systemd/tenggat.yaml DESTINATION ${shared})
install(DIRECTORY systemd/postgres systemd/examples DESTINATION ${shared})
install(FILES daemon/cli/sop.schema.json daemon/api/openapi.json DESTINATION ${shared}/schema)
install(DIRECTORY dashboards/grafana dashboards/prometheus dashboards/postgres DESTINATION ${shared}/dashboards
  PATTERN generator EXCLUDE PATTERN *.test.yml EXCLUDE)

install(FILES README.md CHANGELOG.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES dashboards/README.md dashboards/runbooks.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/dashboards)

# Written by the program itself as it is built (daemon/cli/manual.h).
install(DIRECTORY ${PROJECT_BINARY_DIR}/daemon/cli/manual/man5 ${PROJECT_BINARY_DIR}/daemon/cli/manual/man1
  ${PROJECT_BINARY_DIR}/daemon/cli/manual/man8 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${PROJECT_BINARY_DIR}/daemon/cli/manual/completion DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME tenggat)
