// What every page has: its head, its landmarks, its headers; and the small parts they share.
#pragma once
#include <string>
#include <string_view>

#include "daemon/http/message.h"
#include "daemon/pages/html.h"
#include "notifiers/speech.h"

namespace tenggat::pages {

// Who has signed in, as the head of a page names them.
struct Visitor {
  std::string name, duties;  // "Rahmawati", "Back Office · Plh. Kepala Bidang Perizinan"
  std::string csrf;          // for the button that signs out
  bool administrator = false;
  bool overseer = false;  // sees the office's own record
  bool superior = false;  // delays of others come to them
  bool reports = false;   // others report to them
};

struct Page {
  std::string title;                 // of the window; the page's own h1 is in `body`
  std::string office;                // the agency
  const Visitor* visitor = nullptr;  // null: a page for anybody
  // One readable column; tables of the office; an officer's desk, with its keys; a permit with its
  // documents beside the work; the board, which renews itself; the board on a wall.
  enum class Frame { column, wide, desk, file, board, screen } frame = Frame::column;
  std::string tasks{};  // of the desk: how many wait, as its menu says it
  Html body;
  // Of a page for citizens: in what language it is, the address of the same in the other one, what
  // its head has besides, and what its foot says of the office.
  notify::Tongue tongue = notify::Tongue::indonesian;
  std::string other_tongue{};
  Html beside_name{}, foot{};
};

// Security headers included: nothing may be loaded but our stylesheet, on the desk also documents
// of ours within the page, no form leads elsewhere, no frame shows it, no address leaks, nothing is
// kept. Source: docs/reference.md, Pages.
http::Response page_response(int status, const Page& page);
// 303: the browser asks for `path` by GET, so that a reload repeats nothing.
http::Response see_other(std::string path);

enum class Tone { neutral, ok, soon, late, paused };
std::string_view class_of(Tone tone);

Html badge(Tone tone, std::string_view words);
Html message(std::string_view words, bool fault = false);
// How much of `whole` is over, 0 to 100; the words beside it say the same.
Html progress_bar(std::int64_t percent);

// What a phone reads of a receipt's link.
Html qr_code(std::string_view link);

// What stands first in every form that acts: the token that only our own pages hold, a key under
// which sending it twice acts once, and the form's default button. Enter in a field presses that
// one: it leads nowhere and leaves everything as it stands (`formmethod=dialog` outside a dialog);
// whoever sends it all the same gets the form again with all that was typed (kLookAgain).
struct FormKeys {
  std::string csrf, once;
};
Html hidden_fields(const FormKeys& keys);
inline constexpr std::string_view kLookAgain = "tinjau";
// By this name a form knows again what was typed into it.
Html form_mark(std::string_view form);

// One of two, with the same places for the same values in the same order.
template <class... Values>
Html in_tongue(notify::Tongue tongue, Pattern<std::type_identity_t<Values>...> indonesian,
               Pattern<std::type_identity_t<Values>...> english, const Values&... values) {
  return tongue == notify::Tongue::english ? html(english, values...) : html(indonesian, values...);
}

// Fields that hold what was chosen before.
Html tick_box(std::string_view name, std::string_view value, std::string_view words, bool ticked);
Html radio_button(std::string_view name, std::string_view value, std::string_view words,
                  bool chosen);
Html option(std::string_view value, std::string_view words, bool chosen);
// Folded away; open where something was typed inside.
Html folded(std::string_view summary, const Html& inside, bool open);

}  // namespace tenggat::pages
