// What several notifier tests share: the texts that ship, a rendered message, a coroutine run to
// its end.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "notifiers/message.h"
#include "notifiers/text.h"

namespace tenggat::notify {

inline SourceFile shipped_texts_file() {
  std::ifstream file(TENGGAT_RULES_DIR "/texts/id.yaml");
  return {"rules/office/texts/id.yaml", std::string((std::istreambuf_iterator<char>(file)), {})};
}

inline const Texts& shipped_texts() {
  static const Texts texts = load_texts(shipped_texts_file()).value();
  return texts;
}

inline Message sample_message(Channel channel, const std::string& text_id = "lengkap") {
  const Rendered rendered = render(shipped_texts(), text_id, sample_fields());
  Message message;
  message.id = "72057594037927937";
  message.channel = channel;
  message.to = channel == Channel::email ? "siti@contoh.example" : "6281234567890";
  message.recipient_name = "Siti Aminah";
  message.subject = rendered.subject;
  message.body = rendered.body;
  message.text_id = text_id;
  message.template_name = rendered.template_name;
  message.fields = rendered.fields;
  message.field_names = rendered.field_names;
  message.parameters = rendered.parameters;
  message.thread = "PAUD-2026-00417";
  message.decided_at = Instant(Seconds(1775109600));
  return message;
}

template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> coroutine) {
  auto future = boost::asio::co_spawn(io, std::move(coroutine), boost::asio::use_future);
  io.restart();
  io.run();
  return future.get();
}

}  // namespace tenggat::notify
