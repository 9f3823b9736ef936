// A browser in small: it keeps cookies, reads the forms of a page, fills them in and sends them as
// a browser would, over HTTP to a daemon on loopback. No redirect is followed by itself.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tenggat::test {

struct WebPage {
  int status = 0;
  std::string head, body;
  std::string header(const std::string& name) const;  // empty: there is none
  bool says(const std::string& words) const { return body.find(words) != std::string::npos; }
};

struct WebForm {
  std::string method, action;
  bool multipart = false;
  std::vector<std::pair<std::string, std::string>> fields;  // hidden ones and what is filled in
  std::vector<std::string> inputs;                          // names of all fields but hidden ones
  std::vector<std::pair<std::string, std::string>> buttons;
  std::string hidden(const std::string& name) const;
  void set(const std::string& name, const std::string& value);
};
// In their order on the page.
std::vector<WebForm> forms_of(const WebPage& page);

struct WebUpload {
  std::string input, file_name, type, bytes;
};

class Browser {
 public:
  explicit Browser(int port) : port_(port) {}

  WebPage get(const std::string& path);
  // The form that has the button `aksi`=`action` (any form where it is empty); the page's own
  // fields and `more`. Throws std::runtime_error where the page has no such button.
  WebPage press(const WebPage& page, const std::string& action,
                const std::vector<std::pair<std::string, std::string>>& more = {},
                const std::vector<WebUpload>& uploads = {});
  WebPage send(const WebForm& form, const std::vector<WebUpload>& uploads = {});
  // Any request; `head` are further header lines, each ended by CRLF.
  WebPage request(const std::string& method, const std::string& path, const std::string& head = "",
                  const std::string& body = "");

  std::map<std::string, std::string>& cookies() { return cookies_; }

 private:
  int port_;
  std::map<std::string, std::string> cookies_;
};

// The form that has this button. Throws std::runtime_error.
WebForm form_with(const WebPage& page, const std::string& action);
// The same, sent by its default button, the first: what Enter in a field presses.
WebForm form_by_enter(const WebPage& page, const std::string& action);

}  // namespace tenggat::test
