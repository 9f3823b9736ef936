<?php
// The client's judgment of webhooks: Standard Webhooks' own example, and what is close to it.
declare(strict_types=1);
require $argv[1] . '/docs/portal/TenggatClient.php';

$secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
$other = 'whsec_' . base64_encode(str_repeat('x', 32));
$body = '{"test": 2432232314}';
$signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
$good = ['webhook-id' => 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp' => '1614265330', 'webhook-signature' => $signature];
$now = 1614265330;

$taken = function (string $body, array $headers, array $secrets, int $now): bool {
    try {
        return TenggatClient::verifiedWebhook($body, $headers, $secrets, $now) === ['test' => 2432232314];
    } catch (UnexpectedValueException) {
        return false;
    }
};
$cases = [
    'as the standard says' => [true, $body, $good, [$secret], $now],
    'signed by the second of two secrets' => [true, $body, $good, [$other, $secret], $now],
    'with two signatures, the second ours' => [true, $body, ['webhook-signature' => "v1,AAAA $signature"] + $good, [$secret], $now],
    'five minutes old' => [true, $body, $good, [$secret], $now + 300],
    'older' => [false, $body, $good, [$secret], $now + 301],
    'from the future' => [false, $body, $good, [$secret], $now - 301],
    'another body' => [false, '{"test": 2432232315}', $good, [$secret], $now],
    'another id' => [false, $body, ['webhook-id' => 'msg_2'] + $good, [$secret], $now],
    'another time' => [false, $body, ['webhook-timestamp' => '1614265331'] + $good, [$secret], $now],
    'another secret' => [false, $body, $good, [$other], $now],
    'no signature' => [false, $body, ['webhook-signature' => ''] + $good, [$secret], $now],
    'another scheme' => [false, $body, ['webhook-signature' => 'v2,' . substr($signature, 3)] + $good, [$secret], $now],
    'no headers' => [false, $body, [], [$secret], $now],
];
$wrong = 0;
foreach ($cases as $name => [$expected, $one, $headers, $secrets, $at]) {
    if ($taken($one, $headers, $secrets, $at) !== $expected) {
        echo "wrong: $name\n";
        ++$wrong;
    }
}
echo count($cases), " webhooks judged, $wrong wrong\n";
exit($wrong === 0 ? 0 : 1);
