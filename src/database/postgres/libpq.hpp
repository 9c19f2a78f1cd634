#pragma once

#include <libpq-fe.h>

namespace gatehouse::database::postgres {

/// The functions of libpq that the driver calls, under their own names, from the library loaded at run time.
///
/// libpq brings Kerberos, LDAP and GnuTLS: some 3 MB of memory and thirty libraries to load, which a service on SQLite
/// does not need. So it is loaded when the first PostgreSQL database is opened, and stays loaded.
class Libpq {
  /// An address that takes the type of the member it is stored in.
  struct Symbol {
    void* address;
    template <class Function>
    operator Function*() const noexcept {  // NOLINT(google-explicit-constructor): that is its whole purpose
      return reinterpret_cast<Function*>(address);
    }
  };

  [[nodiscard]] static void* load();
  [[nodiscard]] Symbol find(const char* name) const;

  void* library_ = load();

 public:
  // NOLINTBEGIN(readability-identifier-naming): libpq's names
  decltype(::PQbackendPID)* PQbackendPID = find("PQbackendPID");
  decltype(::PQclear)* PQclear = find("PQclear");
  decltype(::PQcmdTuples)* PQcmdTuples = find("PQcmdTuples");
  decltype(::PQconnectPoll)* PQconnectPoll = find("PQconnectPoll");
  decltype(::PQconnectStartParams)* PQconnectStartParams = find("PQconnectStartParams");
  decltype(::PQconsumeInput)* PQconsumeInput = find("PQconsumeInput");
  decltype(::PQenterPipelineMode)* PQenterPipelineMode = find("PQenterPipelineMode");
  decltype(::PQerrorMessage)* PQerrorMessage = find("PQerrorMessage");
  decltype(::PQfinish)* PQfinish = find("PQfinish");
  decltype(::PQflush)* PQflush = find("PQflush");
  decltype(::PQfreemem)* PQfreemem = find("PQfreemem");
  decltype(::PQftype)* PQftype = find("PQftype");
  decltype(::PQgetResult)* PQgetResult = find("PQgetResult");
  decltype(::PQgetisnull)* PQgetisnull = find("PQgetisnull");
  decltype(::PQgetlength)* PQgetlength = find("PQgetlength");
  decltype(::PQgetvalue)* PQgetvalue = find("PQgetvalue");
  decltype(::PQhost)* PQhost = find("PQhost");
  decltype(::PQisBusy)* PQisBusy = find("PQisBusy");
  decltype(::PQnfields)* PQnfields = find("PQnfields");
  decltype(::PQnotifies)* PQnotifies = find("PQnotifies");
  decltype(::PQntuples)* PQntuples = find("PQntuples");
  decltype(::PQport)* PQport = find("PQport");
  decltype(::PQpipelineSync)* PQpipelineSync = find("PQpipelineSync");
  decltype(::PQresultErrorField)* PQresultErrorField = find("PQresultErrorField");
  decltype(::PQresultErrorMessage)* PQresultErrorMessage = find("PQresultErrorMessage");
  decltype(::PQresultStatus)* PQresultStatus = find("PQresultStatus");
  decltype(::PQsendPrepare)* PQsendPrepare = find("PQsendPrepare");
  decltype(::PQsendQuery)* PQsendQuery = find("PQsendQuery");
  decltype(::PQsendQueryParams)* PQsendQueryParams = find("PQsendQueryParams");
  decltype(::PQsendQueryPrepared)* PQsendQueryPrepared = find("PQsendQueryPrepared");
  decltype(::PQsetNoticeReceiver)* PQsetNoticeReceiver = find("PQsetNoticeReceiver");
  decltype(::PQsetnonblocking)* PQsetnonblocking = find("PQsetnonblocking");
  decltype(::PQsocket)* PQsocket = find("PQsocket");
  decltype(::PQsslStruct)* PQsslStruct = find("PQsslStruct");
  decltype(::PQstatus)* PQstatus = find("PQstatus");
  decltype(::PQuser)* PQuser = find("PQuser");
  // NOLINTEND(readability-identifier-naming)
};

/// Any thread. Throws std::runtime_error, with what to install, when the library or one of its functions is missing.
[[nodiscard]] const Libpq& libpq();

/// Removes the variables PG… from the environment, in which libpq finds values for whatever it was not given, among
/// them a service file. For main(), before any other thread runs.
void forget_libpq_environment();

}  // namespace gatehouse::database::postgres
