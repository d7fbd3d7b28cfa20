using System.Security.Cryptography;
using Pipeline.Detection.Fingerprints;
using Pipeline.Domain.Alarms;

namespace Detection.Tests.Fingerprints;

public sealed class FingerprintSetTests
{
    [Fact]
    public void Finds_what_was_added_and_nothing_else()
    {
        var builder = new FingerprintSetBuilder();
        for (int i = 0; i < 70_000; i++) builder.TryAdd(new Fingerprint(DigestOf(i), $"family-{i % 100}", Severity.High, "feed",
            0)).ShouldBeTrue();

        FingerprintSet set = builder.Build();

        set.Count.ShouldBe(70_000);
        for (int i = 0; i < 70_000; i++)
        {
            set.TryFind(DigestOf(i), 0, out Fingerprint found).ShouldBeTrue();
            found.Family.ShouldBe($"family-{i % 100}");
            set.TryFind(DigestOf(-1 - i), 0, out _).ShouldBeFalse();
        }
    }

    [Fact]
    public void Keeps_the_graver_entry_of_a_digest_that_two_feeds_name()
    {
        var builder = new FingerprintSetBuilder();
        builder.TryAdd(new Fingerprint(DigestOf(1), "adware", Severity.Low, "first", 0));
        builder.TryAdd(new Fingerprint(DigestOf(1), "rootkit", Severity.Critical, "second", 0));

        FingerprintSet set = builder.Build();

        set.Count.ShouldBe(1);
        set.TryFind(DigestOf(1), 0, out Fingerprint found).ShouldBeTrue();
        (found.Family, found.Source).ShouldBe(("rootkit", "second"));
    }

    [Fact]
    public void Finds_an_entry_until_it_expires()
    {
        var builder = new FingerprintSetBuilder();
        builder.TryAdd(new Fingerprint(DigestOf(1), "", Severity.High, "", 1000));
        FingerprintSet set = builder.Build();

        set.TryFind(DigestOf(1), 999, out _).ShouldBeTrue();
        set.TryFind(DigestOf(1), 1000, out _).ShouldBeFalse();
    }

    [Fact]
    public void Takes_no_more_than_its_bound()
    {
        var builder = new FingerprintSetBuilder(most: 2);

        builder.TryAdd(new Fingerprint(DigestOf(1), "", Severity.High, "", 0)).ShouldBeTrue();
        builder.TryAdd(new Fingerprint(DigestOf(2), "", Severity.High, "", 0)).ShouldBeTrue();
        builder.TryAdd(new Fingerprint(DigestOf(3), "", Severity.High, "", 0)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("9ED33B43E679AD98615E1A4E8C46DBEB9B93271625E46F4B4D021099B4B6FB74", true)]
    [InlineData("9ed33b43e679ad98615e1a4e8c46dbeb9b93271625e46f4b4d021099b4b6fb7", false)]
    [InlineData("+ed33b43e679ad98615e1a4e8c46dbeb9b93271625e46f4b4d021099b4b6fb74", false)]
    [InlineData("gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg", false)]
    public void Reads_digests_as_they_are_printed(string hex, bool valid)
    {
        Sha256Digest.TryParse(hex, out Sha256Digest digest).ShouldBe(valid);

        if (valid) digest.ToString().ShouldBe(hex.ToLowerInvariant());
    }

    private static Sha256Digest DigestOf(int number)
    {
        Sha256Digest.TryFrom(SHA256.HashData(BitConverter.GetBytes(number)), out Sha256Digest digest).ShouldBeTrue();
        return digest;
    }
}
