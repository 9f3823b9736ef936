#include "daemon/http/file_response.h"

#include <gtest/gtest.h>

namespace tenggat::http {
namespace {

std::string disposition(const std::string& name, const std::string& bytes = "%PDF-1.7") {
  return std::string(*file_response(file_type_of(bytes), name).headers.get("Content-Disposition"));
}

TEST(FileResponse, APdfOpensInThePageAndHasATrueName) {
  const Response response =
      file_response(file_type_of("%PDF-1.7"), "PAUD-2026-00001-surat_keputusan");
  EXPECT_EQ(response.content_type, "application/pdf");
  EXPECT_EQ(response.headers.get("Content-Disposition"),
            "inline; filename=\"PAUD-2026-00001-surat_keputusan.pdf\";"
            " filename*=UTF-8''PAUD-2026-00001-surat_keputusan.pdf");
  EXPECT_EQ(response.headers.get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(response.headers.get("Cache-Control"), "private, no-store");
  EXPECT_NE(response.headers.get("Content-Security-Policy")->find("default-src 'none'"),
            std::string::npos);
}

TEST(FileResponse, WhatIsNoneOfTheTypesIsSavedAsBytes) {
  const Response response = file_response(file_type_of("<script>alert(1)</script>"), "a.html");
  EXPECT_EQ(response.content_type, "application/octet-stream");
  EXPECT_EQ(response.headers.get("Content-Disposition"),
            "attachment; filename=\"a.html.bin\"; filename*=UTF-8''a.html.bin");
  EXPECT_NE(response.headers.get("Content-Security-Policy")->find("sandbox"), std::string::npos);
}

TEST(FileResponse, ANumberMakesNoFolderAndNoNameBreaksTheHeader) {
  EXPECT_EQ(disposition("503/0417/PAUD/IV/2026-bapl"),
            "inline; filename=\"503-0417-PAUD-IV-2026-bapl.pdf\";"
            " filename*=UTF-8''503-0417-PAUD-IV-2026-bapl.pdf");
  EXPECT_EQ(disposition("../../etc/passwd"),
            "inline; filename=\"etc-passwd.pdf\"; filename*=UTF-8''etc-passwd.pdf");
  EXPECT_EQ(disposition("a\"; x=\r\nSet-Cookie: b=c"),
            "inline; filename=\"a-_x=_Set-Cookie-_b=c.pdf\";"
            " filename*=UTF-8''a-%20x%3D%20Set-Cookie-%20b%3Dc.pdf");
  EXPECT_EQ(disposition("Rumah Siti Nur’aini é"),
            "inline; filename=\"Rumah_Siti_Nur_aini__.pdf\";"
            " filename*=UTF-8''Rumah%20Siti%20Nur%E2%80%99aini%20%C3%A9.pdf");
  EXPECT_EQ(disposition("///"), "inline; filename=\"berkas.pdf\"; filename*=UTF-8''berkas.pdf");
  EXPECT_LT(disposition(std::string(4000, 'a')).size(), 400U);
  const std::string cut = disposition(std::string(79, 'a') + "ééééééé" + std::string(200, 'b'));
  EXPECT_EQ(cut.find("%C3.pdf"), std::string::npos) << cut;  // no half letter
}

}  // namespace
}  // namespace tenggat::http
