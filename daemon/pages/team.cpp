#include "daemon/pages/team.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "daemon/pages/permit_view.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

using How = http::RoleBelow::How;

const http::RoleBelow* find_role(const std::vector<http::RoleBelow>& below,
                                 const std::string& role) {
  for (const http::RoleBelow& one : below)
    if (one.role == role && one.how != How::case_alone) return &one;
  return nullptr;
}

TeamOf::AtStep at_step(const office::OpenLoad& load) {
  return {load.sop,    load.step,   load.open,         load.overdue,
          load.paused, load.oldest, load.oldest_permit};
}

void add(TeamOf::AtStep& to, const TeamOf::AtStep& one) {
  if (one.oldest < to.oldest) {
    to.oldest = one.oldest;
    to.oldest_permit = one.oldest_permit;
  }
  to.open += one.open;
  to.overdue += one.overdue;
  to.paused += one.paused;
}

bool holds_older(const TeamOf::Member& a, const TeamOf::Member& b) {
  const TeamOf::AtStep *one = a.oldest(), *other = b.oldest();
  if (!one || !other) return one && !other;
  return one->oldest < other->oldest;
}

// "bertugas, menggantikan Yusuf Maulana", "cuti sampai 17 April 2026"
std::string presence_words(const Officer& officer, const People& people, const CivilDate& day) {
  for (const Leave& leave : officer.leaves)
    if (leave.start <= day && day <= leave.end) return "cuti sampai " + notify::date(leave.end);
  std::string words = "bertugas";
  std::set<std::string> said;
  for (const Duty& duty : people.duties(officer.id, day))
    if (!duty.for_officer.empty() && said.insert(duty.for_officer).second)
      words += ", menggantikan " + officer_words(duty.for_officer, people);
  return words;
}

std::string role_name(const std::string& role, const office::Rulebook& rulebook) {
  for (const Sop* sop : rulebook.sops_in_force())
    if (const Role* found = sop->find_role(role)) return found->name;
  return readable(role);
}

// How much of the longest is late, and how much is not: the words beside it say the same.
Html bar(std::int64_t late, std::int64_t open, std::int64_t most) {
  const std::int64_t red = most == 0 ? 0 : 100 * late / most,
                     all = most == 0 ? 0 : 100 * open / most;
  return html(
      "<div class=\"batang beban\" aria-hidden=\"true\"><svg viewBox=\"0 0 100 8\" "
      "preserveAspectRatio=\"none\"><rect class=\"semua\" width=\"{}\" height=\"8\"/><rect "
      "class=\"telat\" width=\"{}\" height=\"8\"/></svg></div>",
      all, red);
}

Html figures(std::int64_t open, std::int64_t late) {
  const Html of_late =
      late == 0 ? Html() : html(", <strong class=\"terlambat\">{} terlambat</strong>", late);
  return html("<strong>{}</strong> berkas{}", open, of_late);
}

class TeamWriter {
 public:
  TeamWriter(const TeamOf& team, const std::vector<store::PermitTitle>& titles,
             const office::Rulebook& rulebook, Instant now)
      : team_(team), titles_(titles), rulebook_(rulebook), now_(now) {
    for (const TeamOf::Member& one : team.members) most_ = std::max(most_, one.open);
  }

  Html members() const {
    Html all;
    for (const TeamOf::Member& one : team_.members) all += member(one);
    return html("<div class=\"kartu\"><ul class=\"polos tim\">{}</ul></div>", all);
  }

  Html steps() const {
    Html rows;
    for (const TeamOf::AtStep& one : team_.steps) {
      const Sop& sop = *rulebook_.sop_in_force(one.sop);
      const Step& step = sop.step(one.step);
      const Html late = one.overdue == 0
                            ? html("–")
                            : html("<strong class=\"terlambat\">{}</strong>", one.overdue);
      rows += html(
          "<tr><th scope=\"row\">{} · {}</th><td class=\"angka\" data-nama=\"Berkas\"><a "
          "href=\"/papan/daftar?sop={}&amp;langkah={}\" aria-label=\"{} berkas pada "
          "{}\">{}</a></td>"
          "<td class=\"angka\" data-nama=\"Terlambat\">{}</td><td data-nama=\"Tertua "
          "sejak\">{}</td>"
          "</tr>",
          step.number, step.short_name, one.sop, one.step, one.open, step.short_name, one.open,
          late, near_words(calendar_of(one.sop), one.oldest, now_));
    }
    return html(
        "<table class=\"kartu layanan\"><thead><tr><th scope=\"col\">Tahap</th><th scope=\"col\" "
        "class=\"angka\">Berkas</th><th scope=\"col\" class=\"angka\">Terlambat</th><th "
        "scope=\"col\">Tertua sejak</th></tr></thead><tbody>{}</tbody></table>",
        rows);
  }

 private:
  const Calendar& calendar_of(const std::string& sop) const {
    return rulebook_.calendar(rulebook_.sop_in_force(sop)->calendar);
  }
  std::string title_of(std::int64_t permit) const {
    for (const store::PermitTitle& one : titles_)
      if (one.permit == permit) return one.subject;
    return "berkas";
  }

  Html member(const TeamOf::Member& one) const {
    const Context context = rulebook_.context(*rulebook_.sops_in_force().front(), now_);
    const Officer* officer = one.officer.empty() ? nullptr : context.people.find(one.officer);
    const std::string name = officer ? officer->name : "Belum diambil";
    std::string under = role_name(one.role, rulebook_);
    if (one.copy) under += " (tembusan)";
    if (officer) under += " · " + presence_words(*officer, context.people, context.today());
    Html more;
    if (const TeamOf::AtStep* oldest = one.oldest()) {
      const std::string list = one.officer.empty()
                                   ? "/eskalasi/berkas?peran=" + query_encoded(one.role)
                                   : "/eskalasi/berkas?petugas=" + query_encoded(one.officer);
      more = html(
          "{}<p class=\"rapat\">{}<br>Tertua: <a href=\"/permohonan/{}\">{}</a>, sejak {}</p>"
          "<p class=\"rapat\"><a href=\"{}\" aria-label=\"Lihat {} berkas: {}\">Lihat {} berkas</a>"
          "</p>",
          bar(one.overdue, one.open, most_), steps_of(one), oldest->oldest_permit,
          title_of(oldest->oldest_permit),
          near_words(calendar_of(oldest->sop), oldest->oldest, now_), list, one.open, name,
          one.open);
    }
    return html(
        "<li><div class=\"berdampingan\"><strong>{}</strong><span>{}</span></div>"
        "<p class=\"halus rapat\">{}</p>{}</li>",
        name, figures(one.open, one.overdue), under, more);
  }

  // "Penerimaan 3 · Penyusunan draf 7, 1 dijeda"
  std::string steps_of(const TeamOf::Member& one) const {
    std::string all;
    for (const TeamOf::AtStep& at : one.steps) {
      const Sop& sop = *rulebook_.sop_in_force(at.sop);
      all +=
          fmt::format("{}{} {}", all.empty() ? "" : " · ", sop.step(at.step).short_name, at.open);
      if (at.paused > 0) all += fmt::format(", {} dijeda", at.paused);
    }
    return all;
  }

  const TeamOf& team_;
  const std::vector<store::PermitTitle>& titles_;
  const office::Rulebook& rulebook_;
  Instant now_;
  std::int64_t most_ = 0;
};

}  // namespace

const TeamOf::AtStep* TeamOf::Member::oldest() const {
  const AtStep* found = nullptr;
  for (const AtStep& one : steps)
    if (!found || one.oldest < found->oldest) found = &one;
  return found;
}

std::vector<std::int64_t> TeamOf::oldest_permits() const {
  std::set<std::int64_t> ids;
  for (const Member& one : members)
    if (const AtStep* oldest = one.oldest()) ids.insert(oldest->oldest_permit);
  return {ids.begin(), ids.end()};
}

TeamOf team_of(const std::vector<http::RoleBelow>& below,
               const std::vector<office::OpenLoad>& loads, const office::Rulebook& rulebook,
               Instant now) {
  TeamOf team;
  std::map<std::pair<std::string, std::string>, TeamOf::Member> members;  // officer, role
  const Context context = rulebook.context(*rulebook.sops_in_force().front(), now);
  const CivilDate today = context.today();
  for (const Officer& officer : context.people.officers) {
    if (!officer.ended.empty() && officer.ended <= today) continue;
    for (const std::string& role : officer.roles)
      if (const http::RoleBelow* known = find_role(below, role)) {
        TeamOf::Member& member = members[{officer.id, ""}];
        member.officer = officer.id;
        if (member.role.empty()) member.role = role;
        member.copy = known->how == How::copy;
      }
  }
  std::map<std::pair<std::string, int>, TeamOf::AtStep> steps;
  for (const office::OpenLoad& load : loads) {
    const Sop* sop = rulebook.sop_in_force(load.sop);
    const Step* step = sop ? sop->find_step(load.step) : nullptr;
    const http::RoleBelow* known = step ? find_role(below, step->role) : nullptr;
    if (!known) continue;
    // A deputy from elsewhere has a place of their own, too.
    TeamOf::Member& member =
        members[{load.officer, load.officer.empty() ? step->role : std::string()}];
    if (member.role.empty()) {
      member.officer = load.officer;
      member.role = step->role;
      member.copy = known->how == How::copy;
    }
    member.steps.push_back(at_step(load));
    member.open += load.open;
    member.overdue += load.overdue;
    team.open += load.open;
    team.overdue += load.overdue;
    const auto [at, first] = steps.try_emplace({load.sop, step->number}, at_step(load));
    if (!first) add(at->second, at_step(load));
  }
  for (auto& [key, member] : members) team.members.push_back(std::move(member));
  std::stable_sort(team.members.begin(), team.members.end(), holds_older);
  for (auto& [key, step] : steps) team.steps.push_back(std::move(step));
  return team;
}

Html team_view(const TeamOf& team, const std::vector<store::PermitTitle>& titles,
               const office::Rulebook& rulebook, Instant now) {
  const TeamWriter writer(team, titles, rulebook, now);
  return html(
      "<section id=\"tim\" aria-label=\"Tim saya\"><h2>Tim saya</h2><p class=\"halus\">{} berkas · "
      "{} "
      "terlambat · yang memegang berkas tertua lebih dahulu</p>{}<h2>Per tahap</h2>{}</section>",
      team.open, team.overdue, writer.members(), writer.steps());
}

}  // namespace tenggat::pages
