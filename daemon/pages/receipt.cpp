// Anybody who was shown a receipt asks whether it is genuine. Nothing personal is shown: whoever
// has the code need not be the applicant.
#include <fmt/format.h>

#include "daemon/base/log.h"
#include "daemon/office/permit_receipts.h"
#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "daemon/store/permit_receipt.h"

namespace tenggat::pages {
namespace {

using office::ReceiptStanding;

constexpr const char* kTitle = "Pemeriksaan tanda bukti";

// Everything the page is made from.
struct ReceiptView {
  const store::PermitReceipt& receipt;
  const store::ReceiptedEvent& event;
  const Permit& permit;  // as it is known outside
  const Context& context;
  std::string link;
};

const Document* document_of(const ReceiptView& view) {
  for (const Document& document : view.permit.documents)
    if (document.id == view.receipt.of.document) return &document;
  return nullptr;
}

Html fact(std::string_view name, std::string_view value) {
  return html("<dt>{}</dt><dd>{}</dd>", name, value);
}

// What the receipt says: it is as signed, whatever has come since.
Html facts_of(const ReceiptView& view) {
  const Calendar& calendar = view.context.calendar;
  Html facts = fact("Nomor permohonan", view.permit.number);
  facts += fact("Layanan", view.context.sop.title);
  if (view.receipt.of.due) {
    facts += fact("Batas waktu", end_words(calendar, *view.receipt.of.due));
  } else if (const Document* document = document_of(view)) {
    facts += fact("Dokumen", document_words(document->kind, "", view.context.sop));
    facts += fact("Nomor dokumen", document->number);
    if (!document->sha256.empty())
      facts += html("<dt>SHA-256 berkas</dt><dd><code>{}</code></dd>", document->sha256);
  }
  facts += fact("Sesuai catatan per", moment_words(calendar, view.event.at));
  return html("<dl class=\"fakta\">{}</dl>", facts);
}

std::string_view what_it_means(const ReceiptView& view) {
  if (view.receipt.of.due)
    return view.permit.signings > 0
               ? "Berkas permohonan ini dinyatakan lengkap dengan batas waktu penyelesaian di "
                 "bawah "
                 "ini. Izinnya telah terbit."
               : "Berkas permohonan ini dinyatakan lengkap. Permohonan diselesaikan paling lambat "
                 "pada batas waktu di bawah ini.";
  return "Dokumen di bawah ini terbit dan berlaku. Berkas yang Anda pegang adalah berkas yang sama "
         "apabila SHA-256-nya sama.";
}

// Why it is in force no longer; what is in force instead.
Html what_has_come(const ReceiptView& view, ReceiptStanding standing) {
  const Context& context = view.context;
  switch (standing) {
    case ReceiptStanding::due_moved: {
      const Sla sla = case_sla(view.permit, context.sop, context.calendar, context.now);
      return html(
          "<p>Batas waktunya telah berubah. Yang berlaku sekarang: <strong>{}</strong>.</p>",
          end_words(context.calendar, *sla.due_at));
    }
    case ReceiptStanding::clock_stands:
      return html(
          "<p>Waktu layanan sedang tidak berjalan. Batas waktu yang baru ditetapkan setelah waktu "
          "layanan berjalan kembali.</p>");
    case ReceiptStanding::replaced: {
      const Document* now = office::decree_in_force(view.permit, context.sop);
      if (!now) return html("<p>Dokumen ini tidak berlaku lagi.</p>");
      return html("<p>Dokumen ini telah digantikan oleh dokumen nomor <strong>{}</strong>.</p>",
                  now->number);
    }
    case ReceiptStanding::ended:
      return html("<p>Permohonan ini telah berakhir dan tidak diproses lagi.</p>");
    case ReceiptStanding::in_force:
      break;
  }
  return {};
}

Html card(Tone tone, std::string_view word, const Html& inside) {
  return html("<section class=\"kartu {}\" aria-label=\"Hasil pemeriksaan\"><p>{}</p>{}</section>",
              class_of(tone), badge(tone, word), inside);
}

Html body_of(const ReceiptView& view) {
  const ReceiptStanding standing = office::standing_of(view.receipt.of, view.permit, view.context);
  if (standing == ReceiptStanding::in_force)
    return html("<h1>{}</h1>{}{}", kTitle,
                card(Tone::ok, "Asli dan berlaku",
                     html("<p class=\"besar\">{}</p>{}", what_it_means(view), facts_of(view))),
                qr_code(view.link));
  return html("<h1>{}</h1>{}", kTitle,
              card(Tone::soon, "Asli, tetapi tidak berlaku lagi",
                   html("{}<h2>Isi tanda bukti ini</h2>{}", what_has_come(view, standing),
                        facts_of(view))));
}

class ReceiptPages : public PageGroup {
 public:
  explicit ReceiptPages(const PageParts& parts)
      : PageGroup(parts), keys_(parts.receipt_keys), public_url_(parts.public_url) {}
  awaitable<Response> receipt(PageCall call);

 private:
  Response doubt(int status, const PageCall& call, const char* verdict, const Html& words) const;
  Response unknown(const PageCall& call) const;
  Response differs(const PageCall& call, const store::PermitReceipt& receipt) const;

  const office::ReceiptKeys& keys_;
  const std::string public_url_;
};

}  // namespace

Response ReceiptPages::doubt(int status, const PageCall& call, const char* verdict,
                             const Html& words) const {
  return page(status, call, kTitle,
              html("<h1>{}</h1>{}", kTitle, card(Tone::late, verdict, words)));
}

Response ReceiptPages::unknown(const PageCall& call) const {
  return doubt(404, call, "Tidak dikenal",
               html("<p>Kode ini bukan tanda bukti yang kami berikan. Pindai kembali kodenya, atau "
                    "salin tautannya seluruhnya. Apabila hasilnya tetap sama, jangan percayai "
                    "tanda bukti ini dan tanyakan kepada {}.</p>",
                    signing_in_.office_name()));
}

// It was given here, and the record is another one now: whoever holds it has proof of that.
Response ReceiptPages::differs(const PageCall& call, const store::PermitReceipt& receipt) const {
  log_event(Level::error, "receipt_differs",
            {{"permit_id", receipt.permit},
             {"sequence", receipt.event},
             {"remedy", "tenggat audit verify --receipt"}});
  return doubt(200, call, "Tidak sesuai dengan catatan",
               html("<p>Kode ini memuat tanda tangan {}, tetapi catatan permohonannya tidak ada "
                    "lagi atau tidak lagi sama seperti ketika tanda bukti ini diberikan. Simpan "
                    "tanda bukti ini dan tanyakan kepada kami.</p>",
                    signing_in_.office_name()));
}

// What was made up is known from the code alone: it asks the database nothing.
awaitable<Response> ReceiptPages::receipt(PageCall call) {
  const auto receipt = office::known_receipt(call.request.param("code"), keys_.checking);
  if (!receipt) co_return missed(call, unknown(call));
  pg::Pipeline more;
  const auto receipted = store::add_receipted_event(more, *receipt);
  const std::vector<std::int64_t> ids(1, receipt->permit);
  auto reading = reader_.read(ids, std::move(more));
  const Reading found = co_await std::move(reading);
  const std::optional<store::ReceiptedEvent> event = found.results[receipted];
  const auto stored = found.permits.find(receipt->permit);
  if (stored == found.permits.end() || !event ||
      !store::still_holds(*receipt, stored->second, *event))
    co_return differs(call, *receipt);
  call.request.trace->note_permit(receipt->permit);
  const Permit& permit = stored->second.permit;
  const Sop& sop = rulebook_.sop_version(permit.sop_version);
  const Context context = rulebook_.context(sop, std::max(found.moment.now, permit.changed_at));
  const Permit known = as_decided(permit, rulebook_.context(sop, found.moment.now));
  const ReceiptView view{*receipt, *event, known, context,
                         office::receipt_link(call.request.param("code"), public_url_)};
  co_return page(200, call, kTitle, body_of(view));
}

std::vector<PageRoute> receipt_pages(const PageParts* parts) {
  static constexpr http::RowOf<ReceiptPages, PageCall> kRows[] = {
      {"GET", "/cek/{code}", "page_receipt", Who::anyone, In::none, Out::small,
       &ReceiptPages::receipt},
  };
  return http::answered_by(parts, kRows);
}

}  // namespace tenggat::pages
