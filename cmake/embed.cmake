# tenggat_embed_migrations(TARGET FILE…): adds to TARGET the definition of tenggat::store::migrations(),
# holding the text of the files. Files are named NNNN_words.sql; paths are absolute.
#
# tenggat_embed_text(TARGET FUNCTION FILE): adds to TARGET the definition of `std::string_view FUNCTION()`
# (its name in full), holding the text of FILE.
if(CMAKE_SCRIPT_MODE_FILE AND FUNCTION)
  file(READ "${FILES}" text)
  if(text MATCHES "\\)TENGGAT\"")
    message(FATAL_ERROR "${FILES} holds the mark that ends an embedded text")
  endif()
  string(REGEX MATCH "^(.*)::([^:]+)$" matched "${FUNCTION}")
  file(WRITE "${OUTPUT}"
    "#include <string_view>\n\nnamespace ${CMAKE_MATCH_1} {\n\nstd::string_view ${CMAKE_MATCH_2}();\n"
    "std::string_view ${CMAKE_MATCH_2}() {\n  return R\"TENGGAT(${text})TENGGAT\";\n}\n\n}  // namespace ${CMAKE_MATCH_1}\n")
  return()
elseif(CMAKE_SCRIPT_MODE_FILE)
  set(table "")
  foreach(file IN LISTS FILES)
    get_filename_component(name "${file}" NAME_WE)
    if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+$")
      message(FATAL_ERROR "${file}: a migration is named NNNN_words.sql")
    endif()
    string(REGEX REPLACE "^0+" "" version "${CMAKE_MATCH_1}")
    file(READ "${file}" text)
    if(text MATCHES "\\)TENGGAT\"")
      message(FATAL_ERROR "${file} holds the mark that ends an embedded text")
    endif()
    string(APPEND table "    {${version}, \"${name}\", R\"TENGGAT(${text})TENGGAT\"},\n")
  endforeach()
  if(table)
    set(body "  static constexpr pg::Migration kMigrations[] = {\n${table}  };\n  return kMigrations;\n")
  else()
    set(body "  return {};\n")
  endif()
  file(WRITE "${OUTPUT}"
    "#include \"daemon/store/migrations.h\"\n\nnamespace tenggat::store {\n\n"
    "std::span<const pg::Migration> migrations() {\n${body}}\n\n}  // namespace tenggat::store\n")
  return()
endif()

set(TENGGAT_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(tenggat_embed_migrations target)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${ARGN}" -DOUTPUT=${output} -P ${TENGGAT_EMBED_SCRIPT}
    DEPENDS ${ARGN} ${TENGGAT_EMBED_SCRIPT}
    COMMENT "Embedding migrations" VERBATIM)
  # An object library of its own: a custom command serves only targets of its own directory.
  add_library(tenggat_migrations OBJECT ${output})
  target_link_libraries(tenggat_migrations PRIVATE tenggat_flags Boost::headers)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:tenggat_migrations>)
endfunction()

function(tenggat_embed_text target function file)
  get_filename_component(name ${file} NAME)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DFUNCTION=${function} -DFILES=${file} -DOUTPUT=${output} -P ${TENGGAT_EMBED_SCRIPT}
    DEPENDS ${file} ${TENGGAT_EMBED_SCRIPT}
    COMMENT "Embedding ${name}" VERBATIM)
  string(MAKE_C_IDENTIFIER tenggat_${name} object)
  add_library(${object} OBJECT ${output})
  target_link_libraries(${object} PRIVATE tenggat_flags)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${object}>)
endfunction()
