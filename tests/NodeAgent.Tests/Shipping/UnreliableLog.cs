using Agents.NodeAgent.Shipping;

namespace NodeAgent.Tests.Shipping;

/// <summary>A log that stores, loses and refuses messages as a seed has it, and reports that late and in any order. Thread-safe.</summary>
internal sealed class UnreliableLog(int seed, Action<DeliveryReport> report) : IBatchSender
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly List<DeliveryReport> _pending = [];
    private readonly List<OutgoingBatch> _stored = [];

    /// <summary>Of a hundred messages, how many fail for now and how many are refused.</summary>
    public (int Fail, int Refuse) Percent { get; set; }

    public int Renewed { get; private set; }

    public OutgoingBatch[] Stored
    {
        get
        {
            lock (_gate) return [.. _stored];
        }
    }

    public void Send(OutgoingBatch batch)
    {
        lock (_gate)
        {
            int roll = _random.Next(100);
            DeliveryOutcome outcome = roll < Percent.Fail ? DeliveryOutcome.FailedForNow
                : roll < Percent.Fail + Percent.Refuse ? DeliveryOutcome.Refused : DeliveryOutcome.Stored;
            if (outcome == DeliveryOutcome.Stored) _stored.Add(batch);
            _pending.Add(new DeliveryReport(batch, outcome, "scripted"));
        }
    }

    /// <summary>Reports what is pending.</summary>
    public void Flush()
    {
        DeliveryReport[] reports;
        lock (_gate)
        {
            reports = [.. _pending];
            _pending.Clear();
            _random.Shuffle(reports);
        }

        foreach (DeliveryReport one in reports) report(one);
    }

    public void Renew() => Renewed++;

    public void Dispose()
    {
    }
}
