namespace Pipeline.Domain.Exclusions;

/// <summary>One thing that must be so.</summary>
public sealed record ExclusionCondition(ExclusionField Field, ExclusionOperator Operator, string Value)
{
    /// <summary>Whether it is so by what a field is not.</summary>
    public bool IsNegative => Operator is
        ExclusionOperator.NotEqual or ExclusionOperator.NotContain or ExclusionOperator.NotPrefix or ExclusionOperator.NotGlob;
}
