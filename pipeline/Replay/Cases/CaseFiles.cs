using System.Globalization;

namespace Pipeline.Replay.Cases;

/// <summary>Names in a case.</summary>
internal static class CaseFiles
{
    public const string Sums = "SHA256SUMS", ReadMe = "README.txt";
    public const string Alarm = "alarm.json", Certificate = "certificate.json", Policy = "policy.yaml";
    public const string Records = "records/", History = "history/", Manifests = "manifests/", Schemas = "schemas/";

    public static string Record(int partition, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{Records}{partition:D5}-{offset:D19}.bin");

    public static string Event(int position) => string.Create(CultureInfo.InvariantCulture, $"{History}{position:D5}.bin");

    public static string Manifest(int partition, long firstOffset) =>
        string.Create(CultureInfo.InvariantCulture, $"{Manifests}{partition:D5}-{firstOffset:D19}.json");

    public static string Schema(string subject, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{Schemas}{subject}-{version}.avsc");

    /// <summary>What the reader of a case needs to know.</summary>
    public const string Note = """
        A case: one alarm and everything that it rests on.

        alarm.json        the alarm's history, for people
        history/          the same as messages of the topic "alarms", one an event, in order
        certificate.json  which sequence numbers the alarm rests on, and which of them are missing
        records/          messages of the topic "node-events", byte for byte as the node's agent sent them: PARTITION-OFFSET.bin
        manifests/        manifests of the archive's segments that the records are from
        schemas/          the Avro schemas of the messages; a message is C3 01, the schema's fingerprint
                          (CRC-64-AVRO, little endian), the body
        policy.yaml       the detection policy that the export was told to be in force
        SHA256SUMS        SHA-256 of every other file

        To check it without a network or a database:

            sha256sum -c SHA256SUMS            that no file was changed
            alarmctl case verify FILE.zip      that, and that every piece of the alarm's evidence is in the records

        The SHA-256 of SHA256SUMS names the whole case; keep it elsewhere, since whoever can change the files can change the
        sums too. That the records are those of the archive shows when the hash of a manifest is held against the archive's chain.

        """;
}
