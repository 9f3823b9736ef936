<?php
// A small client of Tenggat's API for a portal in PHP 8.1 or later (php-cli or php-fpm, php-curl).
// One file, no dependency: copy it. See docs/portal.md.
declare(strict_types=1);

/** A refusal: an RFC 9457 problem. Its title is in Indonesian and may be shown as it is. */
final class TenggatRefusal extends RuntimeException
{
    public function __construct(
        public readonly int $status,
        public readonly string $type,    // "step_not_open", "missing_output", …: stable, to decide by
        public readonly array $problem,  // with request_id, and where they apply errors, missing, permit
    ) {
        parent::__construct(($problem['title'] ?? 'HTTP ' . $status)
            . (isset($problem['detail']) ? ': ' . $problem['detail'] : ''));
    }
}

/** No answer to be had, after all attempts. What became of the request is not known: repeat it later with the same key. */
final class TenggatUnreachable extends RuntimeException
{
}

final class TenggatClient
{
    private readonly CurlHandle $curl;

    /** @param string $url such as https://perizinan.example.go.id, without /api */
    public function __construct(
        private readonly string $url,
        private readonly string $token,
        private readonly int $attempts = 5,
        private readonly int $timeoutSeconds = 35,  // the server takes 30 s at most
    ) {
        $this->curl = curl_init();
    }

    // --- applications -------------------------------------------------------------------------

    /** Stores a file and returns its `tenggat:` uri, for a document. Repeating it is harmless. */
    public function upload(string $bytes, string $mediaType): string
    {
        return $this->call('POST', '/files', $bytes, hash('sha256', $bytes), $mediaType)['uri'];
    }

    /**
     * Hands an application in: {id, number, state, tracking_url, …}.
     * @param string $key made and stored with the application BEFORE the first attempt, so that
     *                    every attempt, also after a crash of the portal, is the same one
     */
    public function submit(array $application, string $key): array
    {
        return $this->call('POST', '/permits', $application, $key);
    }

    public function permit(string $idOrNumber): array
    {
        return $this->call('GET', '/permits/' . rawurlencode($idOrNumber));
    }

    /**
     * An action of the applicant, or with `on_behalf_of` of that officer (scope act):
     * {step, action, note?, outcome?, documents?, deficiencies?, version?, occurred_at?, reason?, on_behalf_of?}.
     */
    public function act(string $permit, array $action, string $key): array
    {
        return $this->call('POST', '/permits/' . rawurlencode($permit) . '/actions', $action, $key);
    }

    // --- following ----------------------------------------------------------------------------

    /**
     * Gives each change since the cursor to $handle, oldest first, and the cursor behind it, which
     * is to be stored together with what $handle did. Returns the last cursor, when nothing more is
     * there: call it again after a while (10 s, say).
     * @param callable(array $event, string $cursor): void $handle
     */
    public function changes(?string $after, callable $handle): ?string
    {
        do {
            $page = $this->call('GET', '/events?limit=200' . ($after === null ? '' : '&after=' . rawurlencode($after)));
            foreach ($page['items'] as $event) {
                $handle($event, $event['id']);
            }
            $after = $page['next_cursor'];
        } while ($page['more']);
        return $after;
    }

    /**
     * The event of a webhook (Standard Webhooks), once its signature and age have been checked.
     * @param string   $body    the raw bytes: file_get_contents('php://input')
     * @param array    $headers names in lower case: webhook-id, webhook-timestamp, webhook-signature
     * @param string[] $secrets "whsec_…"; two while one replaces the other
     */
    public static function verifiedWebhook(string $body, array $headers, array $secrets, ?int $now = null): array
    {
        $id = $headers['webhook-id'] ?? '';
        $timestamp = $headers['webhook-timestamp'] ?? '';
        if ($id === '' || !preg_match('/^\d{1,12}$/D', $timestamp)) {
            throw new UnexpectedValueException('not a webhook');
        }
        if (abs(($now ?? time()) - (int)$timestamp) > 300) {
            throw new UnexpectedValueException('too old, or a clock is wrong');
        }
        foreach ($secrets as $secret) {
            $key = base64_decode((string)preg_replace('/^whsec_/', '', $secret), true);
            if ($key === false || $key === '') {
                throw new InvalidArgumentException('a secret is whsec_ and base64');
            }
            $expected = base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
            foreach (explode(' ', $headers['webhook-signature'] ?? '') as $signature) {
                if (str_starts_with($signature, 'v1,') && hash_equals($expected, substr($signature, 3))) {
                    return json_decode($body, true, 32, JSON_THROW_ON_ERROR);
                }
            }
        }
        throw new UnexpectedValueException('the signature is not ours');
    }

    // --- HTTP ---------------------------------------------------------------------------------

    private function call(string $method, string $path, array|string|null $body = null, string $key = '', string $mediaType = 'application/json'): array
    {
        if (is_array($body)) {
            $body = json_encode($body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
        }
        for ($attempt = 1; ; ++$attempt) {
            [$status, $retryAfter, $answer] = $this->send($method, '/api/v1' . $path, $body, $key, $mediaType);
            if ($status >= 200 && $status < 300) {
                return json_decode($answer, true, 64, JSON_THROW_ON_ERROR);
            }
            // No answer, or one that says to come again: the same request with the same key.
            if ($status !== 0 && $status !== 429 && $status !== 502 && $status !== 503 && $status !== 504) {
                $problem = json_decode($answer, true) ?? [];
                throw new TenggatRefusal($status, basename($problem['type'] ?? 'unknown'), $problem);
            }
            if ($attempt >= $this->attempts) {
                throw new TenggatUnreachable("$method $path: no answer after $attempt attempts (last: $status)");
            }
            sleep(min(60, max($retryAfter, 2 ** ($attempt - 1))));
        }
    }

    /** @return array{int, int, string} status (0: none), Retry-After in seconds, body */
    private function send(string $method, string $target, ?string $body, string $key, string $mediaType): array
    {
        $fields = ['Authorization: Bearer ' . $this->token, 'Accept-Language: id', 'Expect:'];
        if ($body !== null) {
            $fields[] = 'Content-Type: ' . $mediaType;
            $fields[] = 'Idempotency-Key: ' . $key;
        }
        $retryAfter = 0;
        curl_reset($this->curl);
        curl_setopt_array($this->curl, [
            CURLOPT_URL => $this->url . $target,
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_HTTPHEADER => $fields,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => $this->timeoutSeconds,
            CURLOPT_CONNECTTIMEOUT => 5,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$retryAfter): int {
                if (preg_match('/^retry-after:\s*(\d+)/i', $line, $found)) {
                    $retryAfter = (int)$found[1];
                }
                return strlen($line);
            },
        ]);
        if ($body !== null) {
            curl_setopt($this->curl, CURLOPT_POSTFIELDS, $body);
        }
        $answer = curl_exec($this->curl);
        return [$answer === false ? 0 : (int)curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE), $retryAfter, (string)$answer];
    }
}
