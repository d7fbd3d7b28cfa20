using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api;

/// <summary>
/// What a request for the list asks for. Nothing is guessed: an unknown parameter or value is a problem, since leaving it out would show
/// other alarms than meant.
/// </summary>
internal sealed record AlarmListQuery(AlarmFilter Filter, string? Cursor, int Limit)
{
    /// <summary>Both are documented; the fraction may have up to seven digits.</summary>
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Exactly one of the two is not null.</summary>
    public static (AlarmListQuery? Query, ProblemHttpResult? Problem) Read(HttpRequest request) => Read(request, QueryParameter.All);

    /// <param name="known">Parameters that there are.</param>
    public static (AlarmListQuery? Query, ProblemHttpResult? Problem) Read(HttpRequest request, ImmutableArray<QueryParameter> known)
    {
        var reading = new Reading(request.Query);
        if (request.QueryString.Value is { Length: > QueryParameter.LongestQuery })
            return (null, Problems.InvalidQuery("", $"The query string is longer than {QueryParameter.LongestQuery} characters."));
        reading.CheckNamesAndLengths(known);
        var filter = new AlarmFilter
        {
            Types = reading.Words<AlarmType>(QueryParameter.Type),
            Severities = reading.Words<Severity>(QueryParameter.Severity),
            States = reading.Words<AlarmState>(QueryParameter.State),
            Node = reading.One(QueryParameter.Node),
            Container = reading.One(QueryParameter.Container),
            Image = reading.One(QueryParameter.Image),
            Rule = reading.One(QueryParameter.Rule),
            Assignee = reading.One(QueryParameter.Assignee),
            From = reading.Time(QueryParameter.From),
            To = reading.Time(QueryParameter.To),
        };
        var query = new AlarmListQuery(filter, reading.One(QueryParameter.Cursor), reading.Limit());
        if (filter is { From: { } from, To: { } to } && from >= to)
            reading.Refuse(Problems.InvalidQuery("to", "\"to\" must be later than \"from\"."));
        return reading.Problem is { } problem ? (null, problem) : (query, null);
    }

    /// <summary>Reads parameter by parameter and keeps the first problem.</summary>
    private sealed class Reading(IQueryCollection query)
    {
        public ProblemHttpResult? Problem { get; private set; }

        public void Refuse(ProblemHttpResult problem) => Problem ??= problem;

        public void CheckNamesAndLengths(ImmutableArray<QueryParameter> all)
        {
            foreach ((string name, StringValues values) in query)
            {
                if (!all.Any(known => known.Name == name))
                    Refuse(
                        Problems.InvalidQuery(name, $"There is no parameter \"{Shown(name)}\"; there are {string.Join(", ", all.Select(known => known.Name))}."));
                else if (values.Any(value => value is { Length: > QueryParameter.LongestValue }))
                    Refuse(
                        Problems.InvalidQuery(name, $"The value of \"{name}\" is longer than {QueryParameter.LongestValue} characters."));
            }
        }

        public ImmutableArray<TWord> Words<TWord>(QueryParameter parameter) where TWord : struct, Enum
        {
            ImmutableArray<TWord>.Builder words = ImmutableArray.CreateBuilder<TWord>();
            foreach (string text in query[parameter.Name].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)))
            {
                if (Spelling.TryRead(text, out TWord word)) words.Add(word);
                else Refuse(Problems.UnknownWord(parameter.Name, Shown(text), parameter.Words));
            }

            return [.. words.Distinct()];
        }

        public string? One(QueryParameter parameter)
        {
            StringValues values = query[parameter.Name];
            if (values.Count == 0) return null;
            if (values.Count > 1)
                Refuse(Problems.InvalidQuery(parameter.Name, $"\"{parameter.Name}\" is given {values.Count} times; it takes one value."));
            else if (string.IsNullOrEmpty(values[0]))
                Refuse(Problems.InvalidQuery(parameter.Name, $"\"{parameter.Name}\" is empty; leave it out to not filter by it."));
            return values[0];
        }

        public DateTimeOffset? Time(QueryParameter parameter)
        {
            if (One(parameter) is not { Length: > 0 } text) return null;
            // An unescaped "+" of an offset arrives as a space.
            string meant = text.Replace(' ', '+');
            if (DateTimeOffset.TryParseExact(meant, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
                return time;
            Refuse(
                Problems.InvalidQuery(parameter.Name, $"\"{Shown(text)}\" is not a time in the form of RFC 3339, such as {parameter.Example}."));
            return null;
        }

        public int Limit()
        {
            if (One(QueryParameter.Limit) is not { Length: > 0 } text) return QueryParameter.DefaultLimit;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit is >= 1 and <= QueryParameter.LargestLimit)
                return limit;
            Refuse(Problems.InvalidQuery(QueryParameter.Limit.Name, $"\"limit\" is a number from 1 to {QueryParameter.LargestLimit}."));
            return QueryParameter.DefaultLimit;
        }

        private static string Shown(string text) => text.Length <= 64 ? text : string.Concat(text.AsSpan(0, 63), "\u2026");
    }
}
