#include "rules/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "rules/fault_words.h"
#include "rules/utf8.h"

namespace tenggat {

// Built from the parser's events rather than from its tree, which no longer tells a repeated key.
struct YamlNode {
  enum class Kind { null, scalar, list, map, unreadable };  // the last: its fault is said
  using Child = std::shared_ptr<const YamlNode>;

  Kind kind = Kind::null;
  int line = 0, column = 0;
  std::string text;                              // of a scalar
  std::vector<Child> items;                      // of a list
  std::vector<std::pair<Child, Child>> entries;  // of a map; keys are scalars, each once
  std::size_t size = 1;                          // nodes, itself included, aliases in full
};

namespace {

using Kind = YamlNode::Kind;

Said no_text(Kind found) {
  if (found == Kind::list) return say<Wrong::no_text_but_list>();
  return found == Kind::map ? say<Wrong::no_text_but_map>() : say<Wrong::no_text_but_nothing>();
}

Said no_list(Kind found) {
  return found == Kind::map ? say<Wrong::no_list_but_map>() : say<Wrong::no_list_but_text>();
}

Said no_map(Kind found) {
  if (found == Kind::list) return say<Wrong::no_map_but_list>();
  return found == Kind::scalar ? say<Wrong::no_map_but_text>() : say<Wrong::no_map_but_nothing>();
}

// How many letters must be changed, added, left out or swapped with the next.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

// A file that yaml-cpp would take and we do not, at a place where reading cannot go on.
struct Unreadable {
  YAML::Mark mark;
  Said said;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlFile& file) : file_(file) {}
  std::shared_ptr<const YamlNode> take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    place(finish(node_at(mark, Kind::null), anchor));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) throw Unreadable{mark, say<Wrong::alias_in_itself>()};
    place(known->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    auto node = node_at(mark, Kind::scalar);
    node->text = value;
    if (has_hidden_character(value)) {
      file_.fault(node->line, node->column, say<Wrong::control_character>());
      node->kind = Kind::unreadable;
    } else if (first_not_utf8(value) < value.size()) {
      // yaml-cpp 0.7 makes one byte of "\_" and "\N", and takes a NUL for a backslash.
      file_.fault(node->line, node->column, say<Wrong::bad_escape>());
      node->kind = Kind::unreadable;
    }
    place(finish(std::move(node), anchor));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor;
    YamlNode::Child key;  // of the map entry whose value is still to come
  };

  std::shared_ptr<YamlNode> node_at(const YAML::Mark& mark, Kind kind) {
    if (++size_ > YamlFile::kMostNodes) throw Unreadable{mark, say<Wrong::too_many_values>()};
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->line = mark.line + 1;
    node->column = mark.column + 1;
    return node;
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;  // plain, and quoted
    file_.fault(mark.line + 1, mark.column + 1, say<Wrong::tag>(tag));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
    refuse_tag(mark, tag);
    if (open_.size() >= YamlFile::kMostDepth) throw Unreadable{mark, say<Wrong::too_deep>()};
    open_.push_back({node_at(mark, kind), anchor, nullptr});
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    place(finish(std::move(closed.node), closed.anchor));
  }

  YamlNode::Child finish(std::shared_ptr<YamlNode> node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    return node;
  }

  void place(YamlNode::Child child) {
    if (open_.empty()) {
      root_ = std::move(child);
      return;
    }
    Open& parent = open_.back();
    if (parent.node->kind == Kind::map && !parent.key) {
      parent.key = std::move(child);
      return;
    }
    grow(*parent.node, child->size);
    if (parent.node->kind == Kind::list) {
      parent.node->items.push_back(std::move(child));
    } else {
      add_entry(*parent.node, std::move(parent.key), std::move(child));
      parent.key = nullptr;
    }
  }

  // An alias is one event and may stand for the whole file: what counts is what a reader walks.
  void grow(YamlNode& node, std::size_t by) {
    node.size += by;
    if (node.size > YamlFile::kMostNodes) {
      throw Unreadable{YAML::Mark::null_mark(), say<Wrong::aliases_too_large>()};
    }
  }

  void add_entry(YamlNode& map, YamlNode::Child key, YamlNode::Child value) {
    if (key->kind == Kind::unreadable) return;
    if (key->kind != Kind::scalar) {
      file_.fault(key->line, key->column, say<Wrong::key_no_text>());
      return;
    }
    if (key->text == "<<") {
      file_.fault(key->line, key->column, say<Wrong::merge_key>());
      return;
    }
    const auto same = std::find_if(map.entries.begin(), map.entries.end(), [&](const auto& entry) {
      return entry.first->text == key->text;
    });
    if (same != map.entries.end()) {
      file_.fault(key->line, key->column, say<Wrong::duplicate_key>(key->text, same->first->line));
      return;
    }
    if (value->kind == Kind::null) {
      // The parser places what is not there at whatever comes next, often on another line.
      auto nothing = std::make_shared<YamlNode>(*value);
      nothing->line = key->line;
      nothing->column = key->column;
      value = std::move(nothing);
    }
    map.entries.emplace_back(std::move(key), std::move(value));
  }

  YamlFile& file_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode::Child> anchors_;
  std::shared_ptr<const YamlNode> root_;
  std::size_t size_ = 0;
};

}  // namespace

YamlFile::YamlFile(const SourceFile& source) : name_(source.name) {
  read(source.text, source.accepted_before);
}
YamlFile::~YamlFile() = default;

void YamlFile::read(std::string_view text, bool accepted_before) {
  if (text.size() > kMostBytes) {
    fault(0, 0, say<Wrong::too_many_bytes>(kMostBytes));
    return;
  }
  text = without_byte_order_mark(text);
  const auto fault_at_byte = [&](std::size_t at, Said said) {
    const LineAndColumn place = place_of(text, at);
    fault(place.line, place.column, std::move(said));
  };
  if (const std::size_t bad = first_not_utf8(text); bad < text.size())
    return fault_at_byte(bad, say<Wrong::not_utf8>());
  // To yaml-cpp it ends no line: in a comment it would swallow the next one.
  if (const std::size_t bare = lone_carriage_return(text); bare < text.size() && !accepted_before)
    return fault_at_byte(bare, say<Wrong::line_ends>());
  const auto fault_at_mark = [this](const YAML::Mark& mark, Said said) {
    // A null mark is -1 everywhere: the file as a whole.
    fault(mark.line + 1, mark.column + 1, std::move(said));
  };
  TreeBuilder builder(*this);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      fault(0, 0, say<Wrong::empty_file>());
      return;
    }
    root_ = builder.take_root();
    TreeBuilder rest(*this);
    if (parser.HandleNextDocument(rest)) {
      const auto second = rest.take_root();
      fault(second ? second->line : 0, second ? second->column : 0, say<Wrong::second_document>());
    }
  } catch (const YAML::Exception& e) {
    fault_at_mark(e.mark, say<Wrong::not_yaml>(e.msg));
    root_ = nullptr;
  } catch (const Unreadable& unreadable) {
    fault_at_mark(unreadable.mark, unreadable.said);
    root_ = nullptr;
  }
}

YamlValue YamlFile::document() { return {*this, root_.get()}; }

void YamlFile::fault(int line, int column, Said said) {
  // A fault is one line that can be printed, whatever of the file it quotes: yaml-cpp quotes single
  // bytes.
  for (std::string* words : {&said.english, &said.indonesian}) {
    std::replace(words->begin(), words->end(), '\n', ' ');
    words->resize(first_not_utf8(*words));
  }
  faults_.push_back({name_, line, column, std::move(said.english), std::move(said.indonesian)});
}

Faults YamlFile::take_faults() {
  std::stable_sort(faults_.begin(), faults_.end(), [](const Fault& a, const Fault& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  // A value used through aliases is read, and found wrong, once for each.
  faults_.erase(std::unique(faults_.begin(), faults_.end()), faults_.end());
  return std::move(faults_);
}

bool YamlValue::is_scalar() const { return node_ && node_->kind == Kind::scalar; }
bool YamlValue::is_list() const { return node_ && node_->kind == Kind::list; }
bool YamlValue::is_map() const { return node_ && node_->kind == Kind::map; }
int YamlValue::line() const { return node_ ? node_->line : 0; }
int YamlValue::column() const { return node_ ? node_->column : 0; }

void YamlValue::fault(Said said) const {
  if (node_ && node_->kind != Kind::unreadable)
    file_->fault(node_->line, node_->column, std::move(said));
}

Place YamlValue::place() const {
  return node_ ? Place{file_->name(), node_->line, node_->column} : Place{};
}

bool YamlValue::expect_scalar() const {
  if (is_scalar()) return true;
  if (node_) fault(no_text(node_->kind));
  return false;
}

const std::string& YamlValue::raw() const { return node_->text; }

std::string YamlValue::text() const { return text_or(""); }

std::string YamlValue::text_or(std::string_view fallback) const {
  return expect_scalar() ? node_->text : std::string(fallback);
}

std::optional<int> YamlValue::integer(int least, int most) const {
  if (!expect_scalar()) return std::nullopt;
  std::string_view digits = node_->text;
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  constexpr std::size_t kMostDigits = 9;
  const bool decimal = !digits.empty() && digits.size() <= kMostDigits &&
                       digits.find_first_not_of("0123456789") == std::string_view::npos &&
                       (digits.front() != '0' || node_->text == "0");
  int value = 0;
  if (decimal) {
    for (char c : digits) value = value * 10 + (c - '0');
    if (negative) value = -value;
  }
  if (decimal && least <= value && value <= most) return value;
  fault(say<Wrong::no_number>(least, most, node_->text));
  return std::nullopt;
}

bool YamlValue::flag_or(bool fallback) const {
  if (!expect_scalar()) return fallback;
  if (node_->text == "true" || node_->text == "ya") return true;
  if (node_->text == "false" || node_->text == "tidak") return false;
  fault(say<Wrong::no_flag>(node_->text));
  return fallback;
}

std::vector<YamlValue> YamlValue::list() const {
  std::vector<YamlValue> values;
  if (is_list()) {
    for (const auto& item : node_->items) values.emplace_back(*file_, item.get());
  } else if (node_ && node_->kind != Kind::null) {
    fault(no_list(node_->kind));
  }
  return values;
}

std::vector<YamlValue> YamlValue::list_or_one() const {
  if (node_ && (is_scalar() || is_map())) return {*this};
  return list();
}

std::vector<std::string> YamlValue::texts() const {
  std::vector<std::string> texts;
  for (const YamlValue& item : list()) {
    if (item.expect_scalar()) texts.push_back(item.raw());
  }
  return texts;
}

YamlMap YamlValue::map(std::initializer_list<std::string_view> known_keys) const {
  return map(std::span(known_keys.begin(), known_keys.size()));
}

YamlMap YamlValue::map(std::span<const std::string_view> known_keys) const {
  if (!node_) return {};
  if (!is_map()) {
    fault(no_map(node_->kind));
    return {};
  }
  std::vector<std::pair<std::string, YamlValue>> values;
  std::vector<std::string_view> missing;
  for (const std::string_view known : known_keys)
    if (std::none_of(node_->entries.begin(), node_->entries.end(),
                     [&](const auto& entry) { return entry.first->text == known; }))
      missing.push_back(known);
  for (const auto& [key, value] : node_->entries) {
    std::string name = key->text;
    if (std::find(known_keys.begin(), known_keys.end(), name) == known_keys.end()) {
      const YamlValue here(*file_, key.get());
      const auto meant = std::find_if(missing.begin(), missing.end(), [&](std::string_view known) {
        return distance(name, known) <= (known.size() < 4 ? 1U : 2U);
      });
      if (meant == missing.end()) {
        here.fault(say<Wrong::unknown_key>(name, fmt::format("{}", fmt::join(known_keys, ", "))));
        continue;
      }
      // Read as what was meant, so that a slip of the pen is one fault and not three.
      here.fault(say<Wrong::misspelt_key>(name, *meant));
      name = *meant;
      missing.erase(meant);
    }
    values.emplace_back(std::move(name), YamlValue(*file_, value.get()));
  }
  return {*this, std::move(values)};
}

YamlEntries YamlValue::entries() const {
  YamlEntries read;
  if (is_map()) {
    for (const auto& [key, value] : node_->entries) {
      read.emplace_back(YamlValue(*file_, key.get()), YamlValue(*file_, value.get()));
    }
  } else if (node_) {
    fault(no_map(node_->kind));
  }
  return read;
}

YamlValue YamlMap::find(std::string_view key) const {
  const auto found = std::find_if(values_.begin(), values_.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  return found == values_.end() ? YamlValue{} : found->second;
}

YamlValue YamlMap::at(std::string_view key) const {
  const YamlValue value = find(key);
  if (!value.present()) fault(say<Wrong::missing_key>(key));
  return value;
}

std::string YamlMap::required_text(std::string_view key) const {
  const YamlValue value = at(key);
  std::string text = value.text();
  if (value.is_scalar() && text.find_first_not_of(" \t\n") == std::string::npos) {
    value.fault(say<Wrong::blank>(key));
  }
  return text;
}

std::optional<std::string> YamlMap::text(std::string_view key) const {
  const YamlValue value = find(key);
  if (!value.is_scalar()) {
    value.text();  // records the fault of a value that is no text
    return std::nullopt;
  }
  return value.text();
}

void YamlMap::fault_at(std::string_view key, Said said) const {
  const YamlValue value = find(key);
  (value.present() ? value : whole_).fault(std::move(said));
}

}  // namespace tenggat
