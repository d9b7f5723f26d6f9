#include "mock_server/store/postgres_library.hpp"

#include "common/loaded_library.hpp"

namespace flow::mock::postgres {

namespace {

#ifdef __APPLE__
constexpr const char *kLibrary = "libpq.5.dylib";
#else
constexpr const char *kLibrary = "libpq.so.5";
#endif

Library loaded() {
  const LoadedLibrary library(kLibrary, "libpq5");
  Library found{};
  library.find("PQclear", found.clear);
  library.find("PQcmdStatus", found.cmd_status);
  library.find("PQcmdTuples", found.cmd_tuples);
  library.find("PQconnectdbParams", found.connectdb_params);
  library.find("PQconninfoFree", found.conninfo_free);
  library.find("PQconninfoParse", found.conninfo_parse);
  library.find("PQconsumeInput", found.consume_input);
  library.find("PQenterPipelineMode", found.enter_pipeline_mode);
  library.find("PQerrorMessage", found.error_message);
  library.find("PQfinish", found.finish);
  library.find("PQflush", found.flush);
  library.find("PQfreemem", found.freemem);
  library.find("PQgetResult", found.get_result);
  library.find("PQgetisnull", found.getisnull);
  library.find("PQgetlength", found.getlength);
  library.find("PQgetvalue", found.getvalue);
  library.find("PQisBusy", found.is_busy);
  library.find("PQntuples", found.ntuples);
  library.find("PQpipelineSync", found.pipeline_sync);
  library.find("PQresultErrorField", found.result_error_field);
  library.find("PQresultErrorMessage", found.result_error_message);
  library.find("PQresultStatus", found.result_status);
  library.find("PQsendPrepare", found.send_prepare);
  library.find("PQsendQueryParams", found.send_query_params);
  library.find("PQsendQueryPrepared", found.send_query_prepared);
  library.find("PQsetNoticeReceiver", found.set_notice_receiver);
  library.find("PQsetnonblocking", found.setnonblocking);
  library.find("PQsocket", found.socket);
  library.find("PQstatus", found.status);
  return found;
}

} // namespace

const Library &libpq() {
  static const Library kFound = loaded();
  return kFound;
}

} // namespace flow::mock::postgres
