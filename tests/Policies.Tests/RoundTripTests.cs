using FsCheck.Xunit;
using Pipeline.Detection;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Detection.HighRiskSystemCall;
using Pipeline.Domain.Alarms;
using Pipeline.Policies;
using Pipeline.Policies.Writing;

namespace Policies.Tests;

/// <summary>Whatever a policy holds, its document gives it back: names and patterns come from people.</summary>
public sealed class RoundTripTests
{
    [Property(MaxTest = 300)]
    public void Any_texts_and_numbers_survive(string?[] texts, int number, ulong bits, bool flag)
    {
        string[] words = [.. texts.Select(text => text ?? "")];
        string first = words.FirstOrDefault() ?? "";
        var policy = new DetectionPolicy
        {
            Version = number < 1 ? 1 : number,
            AbnormalStartup = new StartupPolicy
            {
                RuntimeSockets = [.. words],
                MountExceptions = [new(first, flag)],
                AlarmOnInheritedDefault = flag,
            },
            HighRiskSystemCall = new SystemCallPolicy
            {
                Exceptions = [.. words.Select(word => new SystemCallException(word, word, ["mount"], word))],
                Rows =
                [
                    new("SC-01", "row", ["setns"], flag ? Severity.Low : null, Severity.High, [.. words])
                    {
                        Arguments = [new(3) { AnyOf = [bits], AnyBit = bits, Mask = ~bits }], FileSystems = [.. words],
                    },
                ],
            },
        };

        string document = PolicyYaml.Write(policy, SettingReasons.None);
        PolicyReading reading = PolicyYaml.Read(document);

        reading.Faults.ShouldBeEmpty();
        PolicyYaml.Write(reading.Policy!, SettingReasons.None).ShouldBe(document);
        reading.Policy!.AbnormalStartup.RuntimeSockets.ShouldBe(words);
        reading.Policy.HighRiskSystemCall.Rows[0].Arguments[0].AnyOf.ShouldBe([bits]);
    }
}
