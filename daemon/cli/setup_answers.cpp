#include "daemon/cli/setup_answers.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <istream>
#include <ostream>

#include "daemon/base/config_values.h"
#include "daemon/cli/setup_file.h"
#include "daemon/store/people.h"
#include "notifiers/phone.h"
#include "rules/yaml.h"

namespace tenggat::cli {
namespace {

template <class T>
std::string sentence_of(const Parsed<T>& parsed) {
  return parsed ? std::string() : parsed.error();
}

std::string wrong_url(std::string_view answer) { return sentence_of(parse_public_url(answer)); }
std::string wrong_mail_url(std::string_view answer) {
  return sentence_of(parse_channel_url(answer, {"smtp", "smtps"}, "/etc/tenggat"));
}
std::string wrong_sender(std::string_view answer) { return sentence_of(parse_mailbox(answer)); }
std::string wrong_address(std::string_view answer) {
  return sentence_of(parse_optional_address(answer));
}
std::string wrong_phone(std::string_view answer) {
  if (answer.empty() || notify::normalise_phone(answer)) return "";
  return fmt::format("'{}' is no mobile number: 0812… or +62812…", answer);
}
std::string wrong_officer(std::string_view answer) {
  return store::valid_officer_id(answer)
             ? ""
             : fmt::format("'{}' is no id: up to 40 of a-z, 0-9, _ . -", answer);
}
std::string wrong_database(std::string_view answer) {
  return answer == "local" ? "" : sentence_of(parse_conninfo(answer));
}
std::string wrong_schema(std::string_view answer) { return sentence_of(parse_schema(answer)); }
std::string wrong_endpoint(std::string_view answer) { return sentence_of(parse_endpoint(answer)); }
std::string wrong_owner(std::string_view answer) {
  return sentence_of(parse_optional_conninfo(answer));
}
std::string wrong_mode(std::string_view answer) {
  return answer == "live" || answer == "trial" ? ""
                                               : fmt::format("'{}' is not live or trial", answer);
}
std::string wrong_calendar(std::string_view answer) { return sentence_of(parse_name(answer)); }
std::string wrong_hours(std::string_view answer) {
  if (answer.empty()) return "";
  try {
    with_hours("jam_kerja:\n", std::string(answer));
  } catch (const Refused& refused) {
    return refused.what();
  }
  return "";
}
std::string wrong_proxy(std::string_view answer) {
  return answer.empty() ? "" : sentence_of(parse_proxy(answer));
}
std::string wrong_file(std::string_view answer) {
  return answer.empty() || !read_file(std::filesystem::path(answer)).empty()
             ? ""
             : fmt::format("{} is empty or cannot be read", answer);
}

// Where the terminal shows what is typed, not while this lives.
class Unseen {
 public:
  explicit Unseen(bool secret) : on_(secret && ::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!on_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~Unseen() {
    if (on_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  termios before_{};
  bool on_;
};

std::string fallback_of(const Question& question, const Standing& standing) {
  std::string there = standing(question.key);
  return there.empty() ? std::string(question.otherwise) : there;
}

std::string wrong_with(const Question& question, const std::string& answer) {
  if (answer.empty() && !question.may_be_empty) return "an answer is needed";
  return question.wrong ? question.wrong(answer) : "";
}

std::string ask_one(const Question& question, const std::string& otherwise, Terminal& terminal) {
  while (true) {
    terminal.out << fmt::format(
                        "{}{}: ", question.asks,
                        otherwise.empty() || question.secret ? "" : fmt::format(" [{}]", otherwise))
                 << std::flush;
    std::string answer;
    {
      const Unseen unseen(question.secret);
      if (!std::getline(terminal.in, answer)) throw Refused("the answers end here");
    }
    if (question.secret) terminal.out << '\n';
    if (answer.empty()) answer = otherwise;
    if (answer == "-" && question.may_be_empty) answer.clear();
    const std::string wrong = wrong_with(question, answer);
    if (wrong.empty()) return answer;
    terminal.out << "  " << wrong << '\n';
  }
}

}  // namespace

const std::vector<Question>& setup_questions() {
  static const std::vector<Question> questions{
      {"agency", "Agency, as messages name it", "DPMPTSP Kota Banjarbaru"},
      {"url", "Address of the pages, https://HOST", "", false, false, wrong_url},
      {"mode", "live, or trial (decides everything, sends nothing)", "live", false, false,
       wrong_mode},
      {"calendar", "Calendar of office hours, of /etc/tenggat/rules/calendar", "banjarbaru", false,
       false, wrong_calendar},
      {"hours",
       "Office hours (senin-kamis 07:30-12:00 13:00-16:00; jumat 07:30-11:30), empty: as they "
       "stand",
       "", true, false, wrong_hours},
      {"proxy", "Proxy whose X-Forwarded-For is believed, - for none", "127.0.0.1", true, false,
       wrong_proxy},
      {"mail", "Mail server, smtp://HOST:25 or smtps://HOST:465, - for none", "smtp://127.0.0.1:25",
       true, false, wrong_mail_url},
      {"mail_from", "Sender of mails, Perizinan <izin@example.go.id>", "", false, false,
       wrong_sender},
      {"mail_user", "User at the mail server, - for none", "", true},
      {"mail_password", "Their password, - for none", "", true, true},
      {"mail_password_file", "", "", true, false, wrong_file},
      {"database", "PostgreSQL: local (made here), or a connection string", "local", false, false,
       wrong_database},
      {"database_owner", "Not local: connection string of the owner's role, - for none", "", true,
       false, wrong_owner},
      {"schema", "Schema of the office there: public, or its name where one database has several",
       "public", false, false, wrong_schema},
      {"listen", "Address of API and pages, each office's own", "127.0.0.1:8080", false, false,
       wrong_endpoint},
      {"admin_listen", "Address of metrics and probes, each office's own", "127.0.0.1:9464", false,
       false, wrong_endpoint},
      {"administrator", "First administrator: id, such as yusuf", "", false, false, wrong_officer},
      {"administrator_name", "Their name", ""},
      {"administrator_email", "Their mail address, - for none", "", true, false, wrong_address},
      {"administrator_whatsapp", "Their WhatsApp number, - for none", "", true, false, wrong_phone},
  };
  return questions;
}

Answers read_answers(const std::string& name, const Standing& standing) {
  if (!std::filesystem::is_regular_file(name))
    throw Refused(fmt::format("{} cannot be read", name));
  YamlFile file({name, read_file(name)});
  std::vector<std::string_view> keys;
  for (const Question& question : setup_questions()) keys.push_back(question.key);
  const YamlMap map = file.document().map(keys);
  if (!map.present() && file.sound()) throw Refused(fmt::format("{} is empty", name));
  Answers answers;
  for (const Question& question : setup_questions()) {
    const auto written = map.text(question.key);
    std::string answer = written ? *written : fallback_of(question, standing);
    const std::string wrong = wrong_with(question, answer);
    if (!wrong.empty()) map.fault_at(question.key, fmt::format("{}: {}", question.key, wrong));
    answers.set(question.key, std::move(answer));
  }
  if (file.sound()) return answers;
  std::string all = "the answers have faults:";
  for (const Fault& fault : file.take_faults()) all += "\n" + fault.to_string();
  throw Refused(all);
}

Answers ask(Terminal& terminal, const Standing& standing) {
  Answers answers;
  for (const Question& question : setup_questions())
    answers.set(question.key, question.asks.empty()
                                  ? std::string()
                                  : ask_one(question, fallback_of(question, standing), terminal));
  return answers;
}

}  // namespace tenggat::cli
