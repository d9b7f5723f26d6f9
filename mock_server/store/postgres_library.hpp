#pragma once

#include <libpq-fe.h>

namespace flow::mock::postgres {

/// libpq, loaded when a store in PostgreSQL is opened: it brings in as many libraries as libcurl
/// (common/loaded_library.hpp).
struct Library {
  decltype(&PQclear) clear;
  decltype(&PQcmdStatus) cmd_status;
  decltype(&PQcmdTuples) cmd_tuples;
  decltype(&PQconnectdbParams) connectdb_params;
  decltype(&PQconninfoFree) conninfo_free;
  decltype(&PQconninfoParse) conninfo_parse;
  decltype(&PQconsumeInput) consume_input;
  decltype(&PQenterPipelineMode) enter_pipeline_mode;
  decltype(&PQerrorMessage) error_message;
  decltype(&PQfinish) finish;
  decltype(&PQflush) flush;
  decltype(&PQfreemem) freemem;
  decltype(&PQgetResult) get_result;
  decltype(&PQgetisnull) getisnull;
  decltype(&PQgetlength) getlength;
  decltype(&PQgetvalue) getvalue;
  decltype(&PQisBusy) is_busy;
  decltype(&PQntuples) ntuples;
  decltype(&PQpipelineSync) pipeline_sync;
  decltype(&PQresultErrorField) result_error_field;
  decltype(&PQresultErrorMessage) result_error_message;
  decltype(&PQresultStatus) result_status;
  decltype(&PQsendPrepare) send_prepare;
  decltype(&PQsendQueryParams) send_query_params;
  decltype(&PQsendQueryPrepared) send_query_prepared;
  decltype(&PQsetNoticeReceiver) set_notice_receiver;
  decltype(&PQsetnonblocking) setnonblocking;
  decltype(&PQsocket) socket;
  decltype(&PQstatus) status;
};

/// The library. Throws std::runtime_error, which says why, where it cannot be loaded.
const Library &libpq();

} // namespace flow::mock::postgres
