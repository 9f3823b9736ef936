#include "tests/support/browser.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <regex>
#include <stdexcept>

#include "tests/support/words_for_people.h"

namespace tenggat::test {
namespace {

constexpr const char* kBoundary = "----tenggatBrowserBoundary7MA4YWxk";

std::string ask_server(int port, const std::string& request) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{30, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<unsigned short>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    std::size_t sent = 0;
    while (sent < request.size()) {
      const ssize_t n = ::send(socket, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    char buffer[16384];
    for (ssize_t got; (got = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(socket);
  return answer;
}

std::string unescaped(std::string text) {
  constexpr std::pair<const char*, const char*> kEntities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
  for (const auto& [entity, character] : kEntities)
    for (std::size_t at; (at = text.find(entity)) != std::string::npos;)
      text.replace(at, std::string(entity).size(), character);
  return text;
}

// The value of an attribute in a tag, "" where it is absent.
std::string attribute(const std::string& tag, const std::string& name) {
  const std::size_t at = tag.find(" " + name + "=\"");
  if (at == std::string::npos) return "";
  const std::size_t from = at + name.size() + 3;
  return unescaped(tag.substr(from, tag.find('"', from) - from));
}

std::string percent_encoded(const std::string& text) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte)) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

}  // namespace

std::string WebPage::header(const std::string& name) const {
  const std::string start = "\r\n" + name + ": ";
  const std::size_t at = head.find(start);
  if (at == std::string::npos) return "";
  const std::size_t from = at + start.size();
  return head.substr(from, head.find("\r\n", from) - from);
}

std::string WebForm::hidden(const std::string& name) const {
  for (const auto& [field, value] : fields)
    if (field == name) return value;
  return "";
}

void WebForm::set(const std::string& name, const std::string& value) {
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  fields.emplace_back(name, value);
}

std::vector<WebForm> forms_of(const WebPage& page) {
  std::vector<WebForm> forms;
  for (std::size_t at = page.body.find("<form"); at != std::string::npos;
       at = page.body.find("<form", at + 1)) {
    const std::string whole = page.body.substr(at, page.body.find("</form>", at) - at);
    const std::string open = whole.substr(0, whole.find('>'));
    WebForm form;
    form.method = attribute(open, "method");
    form.action = attribute(open, "action");
    form.multipart = attribute(open, "enctype") == "multipart/form-data";
    static const std::regex tags("<(input|textarea|select|button)[^>]*>");
    for (std::sregex_iterator tag(whole.begin(), whole.end(), tags), end; tag != end; ++tag) {
      const std::string text = tag->str(), name = attribute(text, "name");
      if (text.starts_with("<button"))
        form.buttons.emplace_back(name, attribute(text, "value"));
      else if (attribute(text, "type") == "hidden")
        form.fields.emplace_back(name, attribute(text, "value"));
      else
        form.inputs.push_back(name);
    }
    forms.push_back(std::move(form));
  }
  return forms;
}

WebForm form_with(const WebPage& page, const std::string& action) {
  // Another form's button may name an action that it only proposes.
  for (WebForm& form : forms_of(page))
    for (const auto& [name, value] : form.buttons)
      if (name == "aksi" && value == action) {
        form.fields.emplace_back(name, value);
        return form;
      }
  for (WebForm& form : forms_of(page)) {
    if (form.action == "/keluar" && action != "/keluar") continue;
    for (const auto& [name, value] : form.buttons)
      if (action.empty() || value == action || form.action == action) {
        if (!name.empty()) form.fields.emplace_back(name, value);
        return form;
      }
  }
  throw std::runtime_error("the page has no button '" + action + "':\n" + page.body);
}

WebForm form_by_enter(const WebPage& page, const std::string& action) {
  WebForm form = form_with(page, action);
  form.fields.pop_back();
  form.fields.push_back(form.buttons.front());
  return form;
}

WebPage Browser::request(const std::string& method, const std::string& path,
                         const std::string& head, const std::string& body) {
  std::string bytes = method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n";
  std::string jar;
  for (const auto& [name, value] : cookies_) jar += (jar.empty() ? "" : "; ") + name + '=' + value;
  if (!jar.empty()) bytes += "Cookie: " + jar + "\r\n";
  bytes += head;
  if (!body.empty() || method == "POST")
    bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  const std::string answer = ask_server(port_, bytes + "Connection: close\r\n\r\n" + body);
  const std::size_t end = answer.find("\r\n\r\n");
  if (answer.size() < 12 || end == std::string::npos) throw std::runtime_error("no answer");
  WebPage page{std::stoi(answer.substr(9, 3)), answer.substr(0, end + 2), answer.substr(end + 4)};
  if (const std::string set = page.header("Set-Cookie"); !set.empty()) {
    const std::size_t equals = set.find('=');
    const std::string value = set.substr(equals + 1, set.find(';') - equals - 1);
    if (value.empty())
      cookies_.erase(set.substr(0, equals));
    else
      cookies_[set.substr(0, equals)] = value;
  }
  // Whatever page a test looks at, its words are looked at, too.
  const bool english = page.says("<html lang=\"en\"");
  if (page.header("Content-Type").starts_with("text/html") && !english)
    for (const std::string& fault : faults_in_words(words_of_page(page.body)))
      ADD_FAILURE() << method << ' ' << path << ": " << fault;
  return page;
}

WebPage Browser::get(const std::string& path) { return request("GET", path); }

WebPage Browser::send(const WebForm& form, const std::vector<WebUpload>& uploads) {
  std::string body;
  if (!form.multipart) {
    for (const auto& [name, value] : form.fields)
      body += (body.empty() ? "" : "&") + percent_encoded(name) + '=' + percent_encoded(value);
    return request("POST", form.action,
                   "Content-Type: application/x-www-form-urlencoded\r\n"
                   "Sec-Fetch-Site: same-origin\r\n",
                   body);
  }
  const auto part = [&](const std::string& disposition, const std::string& content) {
    body += std::string("--") + kBoundary + "\r\nContent-Disposition: form-data; " + disposition +
            "\r\n\r\n" + content + "\r\n";
  };
  for (const auto& [name, value] : form.fields) part("name=\"" + name + '"', value);
  for (const WebUpload& upload : uploads)
    part("name=\"" + upload.input + "\"; filename=\"" + upload.file_name +
             "\"\r\nContent-Type: " + upload.type,
         upload.bytes);
  // An input left alone comes as a file without name and bytes.
  part("name=\"berkas:lampiran:\"; filename=\"\"\r\nContent-Type: application/octet-stream", "");
  body += std::string("--") + kBoundary + "--\r\n";
  return request("POST", form.action,
                 std::string("Content-Type: multipart/form-data; boundary=") + kBoundary +
                     "\r\nSec-Fetch-Site: same-origin\r\n",
                 body);
}

WebPage Browser::press(const WebPage& page, const std::string& action,
                       const std::vector<std::pair<std::string, std::string>>& more,
                       const std::vector<WebUpload>& uploads) {
  WebForm form = form_with(page, action);
  for (const auto& field : more) form.fields.push_back(field);
  return send(form, uploads);
}

}  // namespace tenggat::test
