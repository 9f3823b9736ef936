-- What dashboards say in words, any span counted as a month is, and open work with who holds it.

CREATE FUNCTION laporan.lama_kerja(detik numeric, hari_detik numeric) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN detik IS NULL THEN NULL
    WHEN detik < 60 THEN 'di bawah 1 menit'
    WHEN hari_detik > 0 AND detik >= hari_detik
      THEN concat_ws(' ', floor(detik / hari_detik) || ' hari kerja',
                     nullif(floor(mod(detik, hari_detik) / 3600), 0) || ' jam')
    WHEN detik >= 3600
      THEN concat_ws(' ', floor(detik / 3600) || ' jam', nullif(floor(mod(detik, 3600) / 60), 0) || ' menit')
    ELSE floor(detik / 60) || ' menit' END
$$;
COMMENT ON FUNCTION laporan.lama_kerja(numeric, numeric) IS
  'Waktu kerja dengan kata: "4 hari kerja", "2 jam 15 menit". hari_detik: hari kerja nominal (laporan.sop).';

CREATE FUNCTION laporan.lama(detik numeric) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN detik IS NULL THEN NULL
    WHEN detik < 60 THEN 'di bawah 1 menit'
    WHEN detik >= 86400
      THEN concat_ws(' ', floor(detik / 86400) || ' hari', nullif(floor(mod(detik, 86400) / 3600), 0) || ' jam')
    WHEN detik >= 3600
      THEN concat_ws(' ', floor(detik / 3600) || ' jam', nullif(floor(mod(detik, 3600) / 60), 0) || ' menit')
    ELSE floor(detik / 60) || ' menit' END
$$;
COMMENT ON FUNCTION laporan.lama(numeric) IS 'Waktu menurut kalender dengan kata: "3 hari 2 jam".';

CREATE FUNCTION laporan.nama_bulan(bulan date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (ARRAY['Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus', 'September', 'Oktober',
                'November', 'Desember'])[extract(month FROM bulan)::int] || ' ' || extract(year FROM bulan)
$$;
COMMENT ON FUNCTION laporan.nama_bulan(date) IS 'April 2026.';

CREATE FUNCTION laporan.saat(pada timestamptz, zona text) RETURNS text LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT to_char(w.waktu, 'FMDD ')
    || (ARRAY['Jan', 'Feb', 'Mar', 'Apr', 'Mei', 'Jun', 'Jul', 'Agu', 'Sep', 'Okt', 'Nov', 'Des'])[extract(month FROM w.waktu)::int]
    || CASE WHEN extract(year FROM w.waktu) <> extract(year FROM laporan.sekarang() AT TIME ZONE zona)
            THEN to_char(w.waktu, ' YYYY') ELSE '' END
    || to_char(w.waktu, ' HH24.MI')
  FROM (SELECT pada AT TIME ZONE zona AS waktu) w
$$;
COMMENT ON FUNCTION laporan.saat(timestamptz, text) IS
  'Saat menurut zona kantor: "16 Apr 10.30"; tahunnya bila bukan tahun ini.';

CREATE FUNCTION laporan.sebab_kata(kode text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce((SELECT w.kata FROM (VALUES
    ('done_before_sending', 'sudah dikerjakan sebelum dikirim'), ('undone', 'tindakannya dibatalkan'),
    ('folded', 'tercakup dalam pemberitahuan yang lebih baru'), ('absorbed', 'tercakup dalam daftar pagi'),
    ('superseded', 'digantikan pemberitahuan yang lebih baru'), ('no_open_tasks', 'tidak ada tugas terbuka'),
    ('no_address', 'penerima tidak memiliki saluran'), ('nobody_on_duty', 'tidak ada seorang pun yang bertugas'),
    ('acknowledged', 'kendalanya sudah dicatat'), ('responded', 'sudah ditanggapi'), ('silenced', 'dihentikan sementara'),
    ('trial_mode', 'uji coba, tidak dikirim'), ('rearmed', 'waktunya bergeser'), ('paused', 'waktu dijeda'),
    ('duty_ended', 'petugas tidak lagi bertugas pada tahap ini'), ('set_aside', 'disisihkan, dicoba lagi'),
    ('accepted', 'diterima penyedia'), ('rate_limited', 'penyedia membatasi laju pengiriman'),
    ('bad_address', 'alamat tidak dikenal di tujuan'), ('mailbox_full', 'kotak surat penuh'),
    ('template_missing', 'templat belum disetujui penyedia'), ('auth_failed', 'penyedia menolak kunci akses kantor'),
    ('timeout', 'penyedia tidak menjawab'), ('connection_failed', 'penyedia tidak dapat dihubungi'),
    ('connection_lost', 'hubungan terputus saat mengirim'), ('tls_failed', 'sambungan aman gagal'),
    ('server_error', 'gangguan pada penyedia'), ('rejected', 'pesan ditolak'), ('account_blocked', 'akun kantor diblokir penyedia'),
    ('private_address', 'alamat tujuan tidak diizinkan'), ('not_configured', 'saluran belum diatur'),
    ('storage_failed', 'pesan tidak dapat disimpan')) AS w (kode, kata) WHERE w.kode = $1), replace($1, '_', ' '))
$$;
COMMENT ON FUNCTION laporan.sebab_kata(text) IS 'Sebab pemberitahuan gugur atau pesan gagal, dengan kata.';

CREATE FUNCTION laporan.saluran_kata(saluran text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE saluran WHEN 'email' THEN 'surel' WHEN 'whatsapp' THEN 'WhatsApp' WHEN 'webhook' THEN 'portal' ELSE saluran END
$$;
COMMENT ON FUNCTION laporan.saluran_kata(text) IS 'Nama saluran: surel, WhatsApp, portal.';

CREATE FUNCTION laporan.anak_tangga_kata(anak_tangga text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN anak_tangga = 'now' THEN 'arahan diminta'
    WHEN anak_tangga = 'due' THEN 'saat batas lewat'
    WHEN anak_tangga LIKE '%\%' THEN anak_tangga || ' waktu'
    WHEN anak_tangga ~ '^\+[0-9]+d$' THEN substr(anak_tangga, 2, length(anak_tangga) - 2) || ' hari lewat'
    WHEN anak_tangga ~ '^\+[0-9]+h$' THEN substr(anak_tangga, 2, length(anak_tangga) - 2) || ' jam lewat'
    WHEN anak_tangga ~ '^\+[0-9]+m$' THEN substr(anak_tangga, 2, length(anak_tangga) - 2) || ' menit lewat'
    ELSE anak_tangga END
$$;
COMMENT ON FUNCTION laporan.anak_tangga_kata(text) IS 'Anak tangga eskalasi dengan kata.';

CREATE FUNCTION laporan.kepatuhan_antara(awal timestamptz, akhir timestamptz)
  RETURNS TABLE (sop text, masuk bigint, terbit bigint, terbit_tepat_waktu bigint, ditolak bigint,
                 tepat_waktu bigint, terlambat bigint, terlambat_belum_selesai bigint, waktu_kerja_detik numeric)
  LANGUAGE sql STABLE ROWS 100 AS $$
  SELECT k.sop,
         count(*) FILTER (WHERE k.apa = 'masuk'),
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.terbit),
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.terbit AND k.tepat_waktu),
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.status = 'rejected'),
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.tepat_waktu),
         count(*) FILTER (WHERE k.apa = 'terlambat'),
         count(*) FILTER (WHERE k.apa = 'terlambat' AND k.selesai IS NULL),
         sum(k.kerja) FILTER (WHERE k.apa = 'berakhir' AND k.terbit)
  FROM (SELECT c.sop, 'masuk' AS apa, c.status, c.tepat_waktu, c.selesai, c.terbit IS NOT NULL AS terbit, c.waktu_kerja_detik AS kerja
        FROM laporan.kasus c WHERE c.masuk >= awal AND c.masuk < akhir
        UNION ALL SELECT c.sop, 'berakhir', c.status, c.tepat_waktu, c.selesai, c.terbit IS NOT NULL, c.waktu_kerja_detik
        FROM laporan.kasus c WHERE c.selesai >= awal AND c.selesai < akhir AND c.dihitung
        UNION ALL SELECT c.sop, 'terlambat', c.status, c.tepat_waktu, c.selesai, c.terbit IS NOT NULL, c.waktu_kerja_detik
        FROM laporan.kasus c WHERE c.terlambat AND c.batas >= awal - interval '1 second' AND c.batas < akhir - interval '1 second'
        UNION ALL SELECT c.sop, 'terlambat', c.status, c.tepat_waktu, c.selesai, c.terbit IS NOT NULL, c.waktu_kerja_detik
        FROM laporan.kasus c WHERE c.terlambat AND c.batas IS NULL AND c.selesai >= awal AND c.selesai < akhir) k
  GROUP BY k.sop
$$;
COMMENT ON FUNCTION laporan.kepatuhan_antara(timestamptz, timestamptz) IS
  'Seperti kepatuhan_bulanan, untuk rentang apa pun: awal termasuk, akhir tidak.';

CREATE FUNCTION laporan.bulan_banding(dipilih date)
  RETURNS TABLE (sop text, awal timestamptz, akhir timestamptz, awal_lalu timestamptz, akhir_lalu timestamptz, berjalan boolean)
  LANGUAGE sql VOLATILE ROWS 100 AS $$
  SELECT m.sop, m.dari, least(m.sampai, t.now),
         (dipilih - interval '1 month') AT TIME ZONE s.zona,
         CASE WHEN t.now < m.sampai
              THEN least((dipilih - interval '1 month') AT TIME ZONE s.zona + (t.now - m.dari), m.dari) ELSE m.dari END,
         t.now < m.sampai
  FROM laporan.bulan_sop() m JOIN laporan.sop s ON s.sop = m.sop
  CROSS JOIN (SELECT laporan.sekarang() AS now) t WHERE m.bulan = dipilih
$$;
COMMENT ON FUNCTION laporan.bulan_banding(date) IS
  'Bulan yang dipilih dan pembandingnya: bulan berjalan dibandingkan dengan bagian yang sama dari bulan sebelumnya.';

CREATE FUNCTION laporan.pekan_banding()
  RETURNS TABLE (awal timestamptz, akhir timestamptz, awal_lalu timestamptz, akhir_lalu timestamptz)
  LANGUAGE sql VOLATILE ROWS 1 AS $$
  SELECT p.awal, t.now, p.awal - interval '7 days', t.now - interval '7 days'
  FROM (SELECT laporan.sekarang() AS now, coalesce((SELECT min(zona) FROM laporan.sop), 'UTC') AS zona) t
  CROSS JOIN LATERAL (SELECT date_trunc('week', t.now AT TIME ZONE t.zona) AT TIME ZONE t.zona AS awal) p
$$;
COMMENT ON FUNCTION laporan.pekan_banding() IS 'Pekan ini sejak Senin, dan pekan lalu sampai saat yang sama.';

-- Who holds what is known to the office anyway, and to nobody else who reads here.
CREATE VIEW laporan.pekerjaan AS
  SELECT k.id, k.nomor, k.perihal, k.sop, k.langkah, k.langkah_nama, k.urutan, k.peran, k.peran_nama,
         CASE WHEN v.assignee = '' THEN 'belum diambil' ELSE coalesce(f.name, v.assignee) END AS petugas,
         v.assignee = '' AS belum_diambil, k.keadaan, k.dibuka, k.batas, k.zona,
         extract(epoch FROM t.now - k.dibuka) AS umur_detik,
         CASE WHEN k.batas < t.now THEN extract(epoch FROM t.now - k.batas) END AS lewat_detik,
         (k.batas AT TIME ZONE k.zona)::date = (t.now AT TIME ZONE k.zona)::date AND k.batas >= t.now AS batas_hari_ini,
         v.acknowledged ->> 'obstacle' AS kendala
  FROM laporan.kunjungan k
  JOIN visit v ON v.permit = k.id AND v.id = k.kunjungan
  LEFT JOIN officer f ON f.id = v.assignee
  CROSS JOIN (SELECT laporan.sekarang() AS now) t
  WHERE k.terbuka AND k.keadaan <> 'tanpa batas';
COMMENT ON VIEW laporan.pekerjaan IS
  'Pekerjaan kantor yang terbuka dan siapa memegangnya; tanpa langkah pemohon. lewat_detik dan umur_detik menurut kalender.';

CREATE VIEW laporan.petugas_bulanan AS
  SELECT k.sop, k.bulan, k.peran, k.peran_nama, coalesce(f.name, v.closed_by) AS petugas, count(*) AS selesai,
         count(*) FILTER (WHERE k.verdict = 'missed') AS terlambat, count(*) FILTER (WHERE k.pengembalian) AS pengembalian,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY k.kerja_detik)::numeric AS kerja_p50
  FROM laporan.kunjungan_ditutup k
  JOIN visit v ON v.permit = k.id AND v.id = k.kunjungan
  LEFT JOIN officer f ON f.id = v.closed_by
  WHERE k.verdict IS NOT NULL AND v.closed_by <> '' GROUP BY 1, 2, 3, 4, 5;
COMMENT ON VIEW laporan.petugas_bulanan IS 'Yang diselesaikan setiap petugas per bulan. Saring bulan.';

CREATE VIEW laporan.eskalasi_dijawab AS
  SELECT e.id, e.nomor, e.perihal, e.sop, e.langkah, e.langkah_nama, e.anak_tangga, e.pada, e.bulan, e.kepada, e.zona,
         e.dijawab, extract(epoch FROM e.dijawab - e.pada) AS lama_jawab_detik,
         e.dijawab IS NULL AND e.terbuka AS menunggu,
         CASE WHEN e.dijawab IS NULL AND e.terbuka THEN extract(epoch FROM t.now - e.pada) END AS menunggu_detik
  FROM (SELECT n.permit AS id, p.number AS nomor, p.subject AS perihal, p.sop, v.step AS langkah,
               coalesce(s.name, v.step) AS langkah_nama, CASE n.kind WHEN 'escalated' THEN 'now' ELSE n.kind END AS anak_tangga,
               min(n.raised_at) AS pada, m.bulan, string_agg(DISTINCT coalesce(r.name, n.addressee), ', ') AS kepada,
               w.zone AS zona, v.closed_at IS NULL AS terbuka,
               least((SELECT min(a.at) FROM event a WHERE a.permit = n.permit AND a.visit = n.visit AND a.at >= min(n.raised_at)
                        AND a.type IN ('acknowledged', 'assigned', 'directed', 'responded')), v.closed_at) AS dijawab
        FROM laporan.bulan_sop() m
        JOIN superior_notice n ON n.raised_at >= m.dari AND n.raised_at < m.sampai AND n.raised_at <@ m.rentang
        JOIN permit p ON p.id = n.permit AND p.sop = m.sop
        JOIN visit v ON v.permit = n.permit AND v.id = n.visit AND NOT v.undone
        LEFT JOIN sop_word w ON w.sop = p.sop AND w.kind = 'sop' AND w.id = p.sop
        LEFT JOIN sop_word s ON s.sop = p.sop AND s.kind = 'step' AND s.id = v.step
        LEFT JOIN sop_word r ON r.sop = p.sop AND r.kind = 'role' AND 'role:' || r.id = n.addressee
        GROUP BY n.permit, n.visit, n.kind, n.k, n.occurrence, m.bulan, p.number, p.subject, p.sop, v.step, s.name, w.zone, v.closed_at) e
  CROSS JOIN (SELECT laporan.sekarang() AS now) t;
COMMENT ON VIEW laporan.eskalasi_dijawab IS
  'Eskalasi tahapan dan kapan dijawab: kendala disebut, arahan atau penugasan atasan, atau tahapannya selesai. Saring bulan.';

COMMENT ON SCHEMA laporan IS
  'Tampilan untuk laporan dan dasbor. Hanya baca; data pribadi hanya nama pemohon, perihal, dan nama petugas. '
  'Angka sama dengan API dan metrik: perubahan dihitung setelah masa pembatalan tindakan lewat, '
  'keterlambatan sejak batasnya lewat satu detik, juga bila tidak pernah diselesaikan.';
