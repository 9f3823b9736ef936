# A floor of the house is a library of all that lies in its folder, so that a call to a floor above does
# not link. Source: ARCHITECTURE.md, The floors.
#
# tenggat_floor(NAME FOLDER ABOVE TARGET…): the library NAME; it may use the TARGETs and what they use.
function(tenggat_floor name folder)
  cmake_parse_arguments(PARSE_ARGV 2 its "" "" "ABOVE")
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/(main|openapi_check)\\.cpp$")
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC ${its_ABOVE})
endfunction()
