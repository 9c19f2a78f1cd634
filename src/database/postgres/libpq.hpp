#pragma once

#include <libpq-fe.h>

#include "base/shared_library.hpp"

namespace gatehouse::database::postgres {

/// The functions of libpq that the driver calls, under their own names, from the library loaded at run time.
///
/// libpq brings Kerberos, LDAP and GnuTLS: some 3 MB of memory and thirty libraries to load, which a service on SQLite
/// does not need. So it is loaded when the first PostgreSQL database is opened, and stays loaded.
class Libpq {
  SharedLibrary library_{"libpq.so.5",
                         "PostgreSQL needs the library libpq, version 14 or later (Debian's package libpq5)"};

 public:
  // NOLINTBEGIN(readability-identifier-naming): libpq's names
  decltype(::PQbackendPID)* PQbackendPID = library_.find("PQbackendPID");
  decltype(::PQclear)* PQclear = library_.find("PQclear");
  decltype(::PQcmdTuples)* PQcmdTuples = library_.find("PQcmdTuples");
  decltype(::PQconnectPoll)* PQconnectPoll = library_.find("PQconnectPoll");
  decltype(::PQconnectStartParams)* PQconnectStartParams = library_.find("PQconnectStartParams");
  decltype(::PQconsumeInput)* PQconsumeInput = library_.find("PQconsumeInput");
  decltype(::PQenterPipelineMode)* PQenterPipelineMode = library_.find("PQenterPipelineMode");
  decltype(::PQerrorMessage)* PQerrorMessage = library_.find("PQerrorMessage");
  decltype(::PQfinish)* PQfinish = library_.find("PQfinish");
  decltype(::PQflush)* PQflush = library_.find("PQflush");
  decltype(::PQfreemem)* PQfreemem = library_.find("PQfreemem");
  decltype(::PQftype)* PQftype = library_.find("PQftype");
  decltype(::PQgetResult)* PQgetResult = library_.find("PQgetResult");
  decltype(::PQgetisnull)* PQgetisnull = library_.find("PQgetisnull");
  decltype(::PQgetlength)* PQgetlength = library_.find("PQgetlength");
  decltype(::PQgetvalue)* PQgetvalue = library_.find("PQgetvalue");
  decltype(::PQhost)* PQhost = library_.find("PQhost");
  decltype(::PQisBusy)* PQisBusy = library_.find("PQisBusy");
  decltype(::PQnfields)* PQnfields = library_.find("PQnfields");
  decltype(::PQnotifies)* PQnotifies = library_.find("PQnotifies");
  decltype(::PQntuples)* PQntuples = library_.find("PQntuples");
  decltype(::PQport)* PQport = library_.find("PQport");
  decltype(::PQpipelineSync)* PQpipelineSync = library_.find("PQpipelineSync");
  decltype(::PQputCopyData)* PQputCopyData = library_.find("PQputCopyData");
  decltype(::PQputCopyEnd)* PQputCopyEnd = library_.find("PQputCopyEnd");
  decltype(::PQresultErrorField)* PQresultErrorField = library_.find("PQresultErrorField");
  decltype(::PQresultErrorMessage)* PQresultErrorMessage = library_.find("PQresultErrorMessage");
  decltype(::PQresultStatus)* PQresultStatus = library_.find("PQresultStatus");
  decltype(::PQsendPrepare)* PQsendPrepare = library_.find("PQsendPrepare");
  decltype(::PQsendQuery)* PQsendQuery = library_.find("PQsendQuery");
  decltype(::PQsendQueryParams)* PQsendQueryParams = library_.find("PQsendQueryParams");
  decltype(::PQsendQueryPrepared)* PQsendQueryPrepared = library_.find("PQsendQueryPrepared");
  decltype(::PQsetNoticeReceiver)* PQsetNoticeReceiver = library_.find("PQsetNoticeReceiver");
  decltype(::PQsetnonblocking)* PQsetnonblocking = library_.find("PQsetnonblocking");
  decltype(::PQsocket)* PQsocket = library_.find("PQsocket");
  decltype(::PQsslStruct)* PQsslStruct = library_.find("PQsslStruct");
  decltype(::PQstatus)* PQstatus = library_.find("PQstatus");
  decltype(::PQuser)* PQuser = library_.find("PQuser");
  // NOLINTEND(readability-identifier-naming)
};

/// Any thread. Throws std::runtime_error, with what to install, when the library or one of its functions is missing.
[[nodiscard]] const Libpq& libpq();

/// Removes the PG… variables from the environment: libpq takes from them whatever it was not given, including a service
/// file. For main(), before any other thread runs.
void forget_libpq_environment();

}  // namespace gatehouse::database::postgres
