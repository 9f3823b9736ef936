#include <algorithm>
#include <stdexcept>

#include "daemon/pg/connection.h"

namespace tenggat::pg {
namespace {

std::string without_nul(std::string text) {
  if (std::find(text.begin(), text.end(), '\0') != text.end()) {
    throw std::invalid_argument{"a NUL byte cannot be stored in PostgreSQL"};
  }
  return text;
}

template <class T>
std::string encoded(T value) {
  std::string bytes;
  wire::append(bytes, value);
  return bytes;
}

// The room of an element's length, which is known once the element is written.
constexpr std::size_t kLength = 4;
constexpr std::int32_t kNull = -1;

}  // namespace

Param::Param(std::string text) : bytes_{without_nul(std::move(text))} {}
Param::Param(std::string_view text) : Param{std::string{text}} {}
Param::Param(const char* text) : bytes_{text} {}
Param::Param(bool value) : type_{Type::boolean}, bytes_{encoded(value)} {}
Param::Param(Instant instant) : type_{Type::timestamptz}, bytes_{encoded(instant)} {}
Param::Param(Type type, std::int64_t value) : type_{type}, bytes_{std::string{}} {
  wire::append_integer(*bytes_, type, value);
}

Param bytea(std::string_view bytes) { return {Type::bytea, std::string{bytes}}; }

void Array::begin(bool agrees) {
  if (!agrees) throw std::logic_error{"a value that is not of its array's type"};
  bytes_.append(kLength, '\0');
  ++size_;
}

void Array::end(std::size_t length) {
  const auto place = bytes_.end() - static_cast<std::ptrdiff_t>(length + kLength);
  for (std::size_t i = 0; i < kLength; ++i)
    place[static_cast<std::ptrdiff_t>(i)] =
        static_cast<char>((length >> (8 * (kLength - 1 - i))) & 0xFFU);
}

void Array::add(std::nullopt_t) {
  wire::append(bytes_, kNull);
  ++size_;
  has_null_ = true;
}

void Array::add(std::string_view value) {
  begin(element_ == Type::text || element_ == Type::json || element_ == Type::jsonb ||
        element_ == Type::bytea);
  const std::size_t before = bytes_.size();
  wire::append_bytes(bytes_, element_, value);
  end(bytes_.size() - before);
}

void Array::add(Instant value) {
  begin(element_ == Type::timestamptz);
  wire::append(bytes_, value);
  end(sizeof(std::int64_t));
}

void Array::add_boolean(bool value) {
  begin(element_ == Type::boolean);
  wire::append(bytes_, value);
  end(1);
}

void Array::add_integer(std::int64_t value) {
  begin(element_ == Type::integer || element_ == Type::bigint);
  wire::append_integer(bytes_, element_, value);
  end(element_ == Type::integer ? sizeof(std::int32_t) : sizeof(std::int64_t));
}

// The head of an array_send: dimensions, whether a NULL is there, the element's type; of its one
// dimension the length and the first index.
Param Array::param() const {
  constexpr std::int32_t kFirstIndex = 1;
  std::string all;
  all.reserve(5 * sizeof(std::int32_t) + bytes_.size());
  wire::append(all, std::int32_t{size_ > 0 ? 1 : 0});
  wire::append(all, std::int32_t{has_null_ ? 1 : 0});
  wire::append(all, static_cast<std::int32_t>(element_));
  if (size_ > 0) {
    wire::append(all, std::int32_t{size_});
    wire::append(all, kFirstIndex);
    all += bytes_;
  }
  return {array_of(element_), std::move(all)};
}

std::vector<Param> Array::elements() const {
  std::vector<Param> all;
  all.reserve(static_cast<std::size_t>(size_));
  for (std::size_t at = 0; at < bytes_.size();) {
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < kLength; ++i)
      length = length << 8 | static_cast<unsigned char>(bytes_[at + i]);
    at += kLength;
    if (static_cast<std::int32_t>(length) == kNull) {
      all.emplace_back(element_);
    } else {
      all.emplace_back(element_, bytes_.substr(at, length));
      at += length;
    }
  }
  return all;
}

std::size_t Pipeline::push(std::string sql, std::vector<Param> params) {
  statements_.push_back({std::move(sql), std::move(params)});
  return statements_.size() - 1;
}

Slot<Result> Pipeline::add(std::string sql, std::vector<Param> params) {
  return {push(std::move(sql), std::move(params)), [](const Result& result) { return result; }};
}

void Pipeline::append(Pipeline&& other) {
  statements_.insert(statements_.end(), std::make_move_iterator(other.statements_.begin()),
                     std::make_move_iterator(other.statements_.end()));
}

Results Results::after(std::size_t statements) && {
  all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(statements));
  return std::move(*this);
}

Result Results::take_last() {
  Result last = std::move(all_.back());
  all_.pop_back();
  return last;
}

}  // namespace tenggat::pg
