using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace TestServers.Http;

/// <summary>A parameter in a call's address.</summary>
/// <param name="InQuery">False: a part of the path.</param>
/// <param name="Accepts">Whether a text is right for it.</param>
/// <param name="Rule">As the end of "it must be ...".</param>
public sealed record CallParameter(string Name, bool InQuery, bool Optional, Func<string, bool> Accepts, string Rule);

/// <summary>What a call takes, read from its own handler: there is no second list of it.</summary>
public sealed class CallInputs
{
    private static readonly ConcurrentDictionary<Endpoint, CallInputs> Known = new();

    private CallInputs(RouteEndpoint endpoint)
    {
        Parameters =
        [
            .. endpoint
                .Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
                .Where(IsInAddress)
                .Select(p => Read(endpoint, p)),
        ];
        var accepted = endpoint.Metadata.GetMetadata<IAcceptsMetadata>();
        (Body, BodyIsOptional) = (accepted?.RequestType, accepted?.IsOptional ?? true);
    }

    public IReadOnlyList<CallParameter> Parameters { get; }
    public IEnumerable<CallParameter> Query => Parameters.Where(p => p.InQuery);

    /// <summary>The body's type; null: it takes none.</summary>
    public Type? Body { get; }
    public bool BodyIsOptional { get; }

    public static CallInputs Of(RouteEndpoint endpoint) => Known.GetOrAdd(endpoint, e => new((RouteEndpoint)e));

    private static bool IsInAddress(IParameterBindingMetadata parameter) =>
        parameter.HasTryParse || parameter.ParameterInfo.ParameterType == typeof(string);

    private static CallParameter Read(RouteEndpoint endpoint, IParameterBindingMetadata parameter)
    {
        var inPath = endpoint.RoutePattern.GetParameter(parameter.Name) is not null;
        var (accepts, rule) = RuleOf(parameter.ParameterInfo);
        return new(
            char.ToLowerInvariant(parameter.Name[0]) + parameter.Name[1..],
            !inPath,
            parameter.IsOptional,
            accepts,
            rule
        );
    }

    // By the words or the range that the handler allows, else by its type.
    private static (Func<string, bool> Accepts, string Rule) RuleOf(ParameterInfo parameter)
    {
        if (parameter.GetCustomAttribute<ListOfAttribute>() is { } list)
            return (list.Accepts, $"one or more of {string.Join(", ", list.Words)}, with commas between them");
        if (parameter.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            var isWhole = ValueRule.For(typeof(int));
            return (
                text => isWhole(text) && range.IsValid(int.Parse(text, CultureInfo.InvariantCulture)),
                $"a whole number from {range.Minimum} to {range.Maximum}"
            );
        }
        if (parameter.GetCustomAttribute<AllowedValuesAttribute>()?.Values.OfType<string>().ToList() is { } words)
            return (words.Contains, $"one of {string.Join(", ", words)}");
        return (ValueRule.For(parameter.ParameterType), ValueRule.Of(parameter.ParameterType));
    }
}
