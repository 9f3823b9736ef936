# One interface target carries how every line of ours is compiled: warnings, hardening, the include root.
add_library(tenggat_flags INTERFACE)
target_include_directories(tenggat_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tenggat_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wformat=2 -Wimplicit-fallthrough
  -fstack-protector-strong -fcf-protection -fPIE
  $<$<BOOL:${TENGGAT_WERROR}>:-Werror>
  # libstdc++ 12 sorts by what it has itself deprecated.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
target_compile_definitions(tenggat_flags INTERFACE
  _GLIBCXX_ASSERTIONS $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=3>)
target_link_options(tenggat_flags INTERFACE -pie -Wl,-z,relro,-z,now)
