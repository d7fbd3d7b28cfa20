using System.Text;
using Pipeline.Domain.Events;
using Pipeline.Schemas;
using Testing;
using Testing.Scripts;

namespace EndToEnd;

public sealed class BadRecordTests(PostgresFixture postgres)
{
    [Theory]
    [MemberData(nameof(LogServer.Kinds), MemberType = typeof(LogServer))]
    public async Task Records_that_cannot_be_decoded_become_dead_letters_and_the_others_go_on(LogKind kind)
    {
        await using LocalSystem system = await LocalSystem.StartAsync(postgres, kind);
        using var api = new ApiClient(system.Api);
        Script script = Script.OnNode("mixed")
            .Created(Some.ContainerId(1), Some.PrivilegedSpec("first"))
            .Created(Some.ContainerId(2), Some.PrivilegedSpec("second"));
        EventBatch[] good = [.. Batches.Of(script.Events, most: 1)];

        await system.Log.SendAsync(good[0]);
        await system.Log.SendAsync("mixed", Encoding.UTF8.GetBytes("not Avro at all"));
        await system.Log.SendAsync("mixed", [0xC3, 0x01, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
        await system.Log.SendAsync(good[1]);

        await Eventually.GetAsync(api.AlarmsAsync, rows => rows.Count == 2, "the alarms of the good records");
        system.Log.DeadLetters(2).Select(letter => (letter.Topic, letter.Stage, letter.Reason)).ShouldBe(
            [(system.Log.Events, "decode", DeadLetterReason.Malformed), (system.Log.Events, "decode", DeadLetterReason.UnknownSchema)]);
    }
}
