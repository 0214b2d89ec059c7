# cmake -D OUTPUT=… -D FILES=a.sql,b.sql -P embed.cmake: the files as an array of Migration (migrations.h), in order.
string(REPLACE "," ";" FILES "${FILES}")
set(rows "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  string(REGEX MATCH "^[0-9]+" number ${name})
  string(REGEX REPLACE "^0+" "" number ${number})
  file(READ ${file} sql)
  string(APPEND rows "    {${number}, \"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"coordinator/store/postgres/migrations.h\"

namespace baton::store::postgres {

std::span<const Migration> migrations() {
  static constexpr Migration kMigrations[] = {
${rows}  };
  return kMigrations;
}

}  // namespace baton::store::postgres
")
