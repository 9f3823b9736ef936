// The documents of a permit: the one that is shown beside the work, and all there are.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/file_words.h"
#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "daemon/store/event_codec.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

// Pages of a viewer without its own lists, as wide as there is room.
constexpr const char* kViewer = "#navpanes=0&view=FitH";

// Those in force, what this work judges first, then what came last.
std::vector<const Document*> in_force(const PermitView& view) {
  std::vector<const Document*> all;
  const std::vector<const Visit*> open = visits_shown(view);
  const Sop& sop = view.context.sop;
  if (!open.empty() && !is_applicants(*open.front(), sop))
    all = judged_documents(view.permit(), sop.step(open.front()->step), sop);
  std::reverse(all.begin(), all.end());
  const std::vector<Document>& documents = view.permit().documents;
  for (auto one = documents.rbegin(); one != documents.rend(); ++one)
    if (one->file && one->counts() && std::find(all.begin(), all.end(), &*one) == all.end())
      all.push_back(&*one);
  return all;
}

bool can_be_shown(const Document& document, const store::FilesOfPermit& files) {
  const store::FileFacts* facts = facts_of(document, files);
  const http::FileType* type = facts ? type_of(*facts) : nullptr;
  return type && type->shown;
}

// Null: there is none that a browser shows.
const Document* shown_document(const PermitView& view) {
  const std::vector<Document>& documents = view.permit().documents;
  for (const Document& one : documents)
    if (one.id == view.shown && can_be_shown(one, view.files)) return &one;
  for (const Document* one : in_force(view))
    if (can_be_shown(*one, view.files)) return one;
  return nullptr;
}

std::string address_of(const PermitView& view, const Document& document) {
  return fmt::format("{}/dokumen/{}", view.path(), document.id);
}

// An object that is not displayed is not asked for: on a phone nothing is opened by itself.
Html shown_beside(const PermitView& view, const Document& document) {
  const store::FileFacts& facts = *facts_of(document, view.files);
  const std::string words = document_words(document.kind, document.name, view.context.sop);
  const std::string address = address_of(view, document);
  const bool picture = facts.content_type.starts_with("image/");
  return html(
      "<div class=\"hanya-lebar\"><a class=\"loncat\" href=\"#pekerjaan\">Lewati dokumen</a>"
      "<object class=\"tampil{}\" type=\"{}\" data=\"{}{}\" "
      "aria-label=\"{}\"><p>Peramban ini tidak menampilkan {} di dalam halaman. <a href=\"{}\" "
      "target=\"_blank\" rel=\"noopener\">Buka di tab baru</a></p></object>"
      "<p class=\"halus\">{} · {} · {} · <a href=\"{}\" target=\"_blank\" rel=\"noopener\">Buka di "
      "tab baru ({})</a></p></div>",
      picture ? " gambar" : "", facts.content_type, address, picture ? "" : kViewer, words, words,
      address, words, officer_words(document.added_by, view.context.people),
      near_words(view.context.calendar, document.added_at, view.context.now), address,
      file_words(facts));
}

Html tabs(const PermitView& view, const std::vector<const Document*>& all, const Document* shown) {
  Html links;
  for (const Document* one : all) {
    if (!can_be_shown(*one, view.files)) continue;
    const std::string words = document_words(one->kind, one->name, view.context.sop);
    const std::string address = fmt::format("{}?dokumen={}", view.path(), one->id);
    links += one == shown ? html("<a href=\"{}\" aria-current=\"true\">{}</a>", address, words)
                          : html("<a href=\"{}\">{}</a>", address, words);
  }
  return html("<nav class=\"tab hanya-lebar\" aria-label=\"Dokumen yang ditampilkan\">{}</nav>",
              links);
}

// On a phone: a button each, with what it opens and how large that is.
Html to_read(const PermitView& view, const std::vector<const Document*>& all) {
  Html buttons;
  for (const Document* one : all)
    if (can_be_shown(*one, view.files))
      buttons += html(
          "<a class=\"tombol penuh\" href=\"{}\" target=\"_blank\" rel=\"noopener\">Baca {}"
          "<span>{}{}</span></a>",
          address_of(view, *one), document_words_within(one->kind, one->name, view.context.sop),
          file_words(*facts_of(*one, view.files)),
          view.opened.contains(one->id) ? " · sudah Anda buka" : "");
  return buttons.empty() ? Html() : html("<div class=\"baca hanya-sempit\">{}</div>", buttons);
}

Html item_of(const PermitView& view, const Document& document) {
  const store::FileFacts* facts = facts_of(document, view.files);
  return html("<li>{}{}<br><span class=\"halus\">{}{} · {}</span></li>",
              document_link(document, view.path() + "/dokumen/", view.context.sop),
              document.number.empty() ? std::string() : ", nomor " + document.number,
              facts ? file_words(*facts) + " · " : std::string(),
              near_words(view.context.calendar, document.added_at, view.context.now),
              officer_words(document.added_by, view.context.people));
}

}  // namespace

OpenedDocuments opened_by(const std::string& officer, std::int64_t permit,
                          const std::vector<store::StoredEvent>& events) {
  static const std::string type(store::type_of(DocumentOpened{}));
  OpenedDocuments opened;
  for (const store::StoredEvent& stored : events) {
    if (stored.type != type || stored.event.actor != "officer:" + officer) continue;
    const Event event = store::event_of(permit, stored);
    if (const auto* one = std::get_if<DocumentOpened>(&event.what))
      opened.emplace(static_cast<int>(one->document), stored.event.at);
  }
  return opened;
}

std::vector<std::string> unopened_kinds(const Permit& permit, const Visit& visit, const Sop& sop,
                                        const OpenedDocuments& opened) {
  std::vector<std::string> kinds;
  const Step& step = sop.step(visit.step);
  if (!step.judges()) return kinds;
  for (const Document* one : judged_documents(permit, step, sop))
    if (uploaded_hash(one->uri) && !opened.contains(one->id)) kinds.push_back(one->kind);
  return kinds;
}

Html whether_opened(const PermitView& view, const Visit& visit) {
  const Sop& sop = view.context.sop;
  const Step& step = sop.step(visit.step);
  if (!step.judges()) return {};
  const Document* shown = shown_document(view);
  Html lines;
  for (const Document* one : judged_documents(view.permit(), step, sop)) {
    const std::string words = document_words(one->kind, one->name, sop);
    if (!uploaded_hash(one->uri)) {
      lines += html(
          "<p class=\"halus\">{} disimpan di luar sistem ini; apakah sudah dibaca tidak "
          "tercatat.</p>",
          words);
      continue;
    }
    if (const auto when = view.opened.find(one->id); when != view.opened.end()) {
      lines += html("<p>{} sudah Anda buka {}.</p>", words,
                    near_words(view.context.calendar, when->second, view.context.now));
      continue;
    }
    const Html not_yet = html(
        "<strong>{} belum Anda buka.</strong> Bila dilanjutkan sekarang, hal itu tercatat bersama "
        "tindakan Anda.",
        words);
    if (one == shown)
      lines += html(
          "<p class=\"hanya-lebar\">{} tampil di samping.</p>"
          "<p class=\"hanya-sempit\">{}</p>",
          words, not_yet);
    else
      lines += html("<p>{}</p>", not_yet);
  }
  return lines;
}

bool shows_document(const PermitView& view) { return shown_document(view) != nullptr; }

Html documents_pane(const PermitView& view) {
  const std::vector<const Document*> all = in_force(view);
  const Document* shown = shown_document(view);
  Html beside, current, former;
  if (shown)
    beside = html("{}{}{}", tabs(view, all, shown), shown_beside(view, *shown), to_read(view, all));
  for (const Document* one : all) current += item_of(view, *one);
  for (const Document& one : view.permit().documents)
    if (one.file && !one.counts()) former += item_of(view, one);
  if (!former.empty())
    former = html(
        "<details><summary>Dokumen yang sudah diganti</summary><ul class=\"polos\">{}</ul>"
        "</details>",
        former);
  return html("<section class=\"dok\" id=\"dokumen\" aria-label=\"Dokumen\">{}{}{}</section>",
              beside,
              folded(fmt::format("Semua dokumen ({})", all.size()),
                     html("<ul class=\"polos\">{}</ul>",
                          current.empty() ? html("<li>Belum ada dokumen.</li>") : current),
                     !shown),
              former);
}

}  // namespace tenggat::pages
