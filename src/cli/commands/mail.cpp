#include "cli/commands/mail.hpp"

#include <CLI/App.hpp>
#include <cstdint>
#include <ostream>
#include <span>
#include <thread>

#include "cli/commands/database_session.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/commands/user_text.hpp"
#include "mail/letterhead.hpp"
#include "mail/mail_store.hpp"
#include "mail/message.hpp"
#include "mail/transport_choice.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

/// Arguments of `mail test ADDRESS`.
struct TestOptions {
  std::string address;
  bool as_json = false;
};

/// Arguments of `mail list`.
struct MailListOptions {
  bool only_troubled = false;
  bool as_json = false;
};

/// Arguments of `mail retry ID`.
struct RetryOptions {
  std::int64_t id = 0;
};

void define_test(CLI::App& command, TestOptions& options) {
  command.add_option("address", options.address, "Where to send a test mail")->required()->type_name("ADDRESS");
  define_json(command, options.as_json);
}

void define_mail_list(CLI::App& command, MailListOptions& options) {
  command.add_flag("--failed", options.only_troubled, "Only those whose last attempt failed");
  define_json(command, options.as_json);
}

void define_retry(CLI::App& command, RetryOptions& options) {
  command.add_option("id", options.id, "The mail's number")->required()->type_name("ID");
}

mail::Envelope test_envelope(const Program& program, const mail::Mailbox& from, const std::string& address) {
  const mail::Rendered rendered{.subject = "Test mail",
                                .text = "Gatehouse can send mails.\n",
                                .html = "<!DOCTYPE html>\n<html lang=\"en\"><p>Gatehouse can send mails.</p></html>\n"};
  const TimePoint now = program.clock.now();
  const mail::MailId id{to_unix_us(now)};
  return {.id = id.value,
          .from = mail::written_address(from.address),
          .to = mail::written_address(address),
          .message = mail::format_message({.id = id, .from = from, .to = address, .rendered = rendered, .date = now})};
}

/// Sends on a separate thread, because sending blocks the signals of the thread that does it.
mail::Delivery send_beside(mail::Transport& transport, const mail::Envelope& envelope) {
  mail::Delivery delivery;
  std::jthread sender{[&](std::stop_token stop) { delivery = transport.send(envelope, std::move(stop)); }};
  sender.join();
  return delivery;
}

void print_test(const Program& program, const TestOptions& options, const mail::Delivery& delivery) {
  const bool is_sent = delivery.outcome == mail::Delivery::Outcome::sent;
  if (options.as_json) {
    std::string json;
    json::Writer writer{json};
    writer.begin_object().member("sent", is_sent);
    if (!is_sent) writer.member("error", std::string_view{delivery.reason});
    writer.end_object();
    program.out << json << '\n';
  } else if (is_sent) {
    program.out << "A test mail is on its way to " << options.address << '\n';
  } else {
    program.err << "The mail was not sent: " << delivery.reason << '\n';
  }
}

int test_mail(const Program& program, const TestOptions& options, const service::Loaded& loaded) {
  if (!mail::is_deliverable(options.address)) {
    program.err << "Mails cannot be sent to this address\n";
    return exit_failure;
  }
  const mail::MailSettings& settings = loaded.settings.mail;
  const auto environment = loaded.settings.application.environment;
  const auto transport =
      mail::make_transport(settings, environment, [&program](std::string_view line) { program.err << line; });
  const mail::Mailbox from = mail::Letterhead{settings}.from();
  const mail::Envelope envelope = test_envelope(program, from, options.address);
  const mail::Delivery delivery = send_beside(*transport, envelope);
  print_test(program, options, delivery);
  return delivery.outcome == mail::Delivery::Outcome::sent ? exit_success : exit_failure;
}

void write_mail(json::Writer& writer, const mail::MailInfo& mail) {
  writer.begin_object().member("id", mail.id).member("kind", std::string_view{mail.kind});
  writer.member("recipient", std::string_view{mail.recipient}).member("state", to_text(mail.state));
  writer.member("attempts", mail.attempts).member("created_at", mail.created_at);
  writer.member("next_attempt_at",
                mail.state == mail::State::waiting ? std::optional{mail.next_attempt_at} : std::nullopt);
  writer.member("sent_at", mail.sent_at);
  writer.key("last_error");
  mail.last_error ? writer.value(std::string_view{*mail.last_error}) : writer.value(nullptr);
  writer.end_object();
}

std::string json_of(std::span<const mail::MailInfo> mails) {
  std::string json;
  json::Writer writer{json};
  writer.begin_array();
  for (const mail::MailInfo& mail : mails) write_mail(writer, mail);
  writer.end_array();
  return json + '\n';
}

std::string when(const mail::MailInfo& mail) {
  if (mail.state == mail::State::sent && mail.sent_at) return "at " + to_iso8601(*mail.sent_at);
  if (mail.state == mail::State::waiting) return "until " + to_iso8601(mail.next_attempt_at);
  return "-";
}

std::vector<std::string> cells_of(const mail::MailInfo& mail) {
  return {std::to_string(mail.id.value),
          mail.kind,
          mail.recipient,
          "created " + to_iso8601(mail.created_at),
          std::string{to_text(mail.state)},
          when(mail),
          std::to_string(mail.attempts) + (mail.attempts == 1 ? " failed attempt" : " failed attempts"),
          mail.last_error.value_or("")};
}

int list_mails(const Program& program, const MailListOptions& options, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  mail::MailStore store{session.database()};
  const auto mails = session.run(store.list(options.only_troubled));
  if (options.as_json) {
    program.out << json_of(mails);
    return exit_success;
  }
  std::vector<std::vector<std::string>> rows;
  rows.reserve(mails.size());
  for (const mail::MailInfo& mail : mails) rows.push_back(cells_of(mail));
  program.out << table_of(rows);
  return exit_success;
}

int retry_mail(const Program& program, const RetryOptions& options, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  const mail::MailId id{options.id};
  const bool is_due = session.run(session.database().commit(mail::MailStore::retry(id, program.clock.now())));
  if (is_due) {
    program.out << "Mail " << id.value << " is due now\n";
    return exit_success;
  }
  mail::MailStore store{session.database()};
  const auto mail = session.run(store.find(id));
  if (!mail) {
    program.err << "There is no mail " << id.value << '\n';
  } else {
    program.err << "Mail " << id.value << " is " << to_text(mail->state)
                << ": its text, which may hold a link, has been deleted; let the user ask for another mail\n";
  }
  return exit_failure;
}

}  // namespace

void add_mail_commands(Commands& commands) {
  Commands mail = commands.add_group("mail", "Manage mails");
  mail.add("test", "Send a test mail through SMTP_URL, now", define_test, test_mail);
  mail.add("list", "List the mails of the last 30 days, newest first", define_mail_list, list_mails);
  mail.add("retry", "Try a waiting mail again at once", define_retry, retry_mail);
}

}  // namespace gatehouse::cli
