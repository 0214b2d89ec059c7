# Compiler cache, linker, warnings and sanitizers: what every target of this tree shares.

find_program(BATON_CCACHE ccache)
if(BATON_CCACHE)
  # Precompiled headers need these sloppinesses; the base directory lets two checkouts share objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_BASEDIR=${Baton_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 ${BATON_CCACHE})
endif()

find_program(BATON_MOLD mold)
if(BATON_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# The same for everything: a precompiled header serves only files with the flags of its own.
add_compile_options(-pthread)

if(BATON_SANITIZE)
  add_compile_options(-fsanitize=${BATON_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${BATON_SANITIZE})
endif()
if(BATON_SANITIZE MATCHES "thread")
  # The header of protobuf's maps gives them two more members under this macro, which Debian's library knows nothing of. What the macro
  # does in the standard library stays.
  add_compile_options(-U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
endif()

# Debian's Abseil and gRPC are built without NDEBUG-dependent layouts, so assertions stay on in every preset.
add_library(baton_warnings INTERFACE)
target_compile_options(baton_warnings INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(baton_warnings INTERFACE -Wno-missing-designated-field-initializers -Wno-missing-field-initializers)
else()
  # With precompiled headers g++ 12 forgets that the standard library's are system headers, and shows what it wrongly believes about
  # operator+ of strings (GCC bug 105329).
  target_compile_options(baton_warnings INTERFACE
    -Wno-missing-field-initializers -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
endif()
if(BATON_WERROR)
  target_compile_options(baton_warnings INTERFACE -Werror)
endif()
