using System.Xml.Linq;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>
/// Makes HTML as XML elements: text is always encoded, tags are always balanced, and the page can be read by an XML
/// reader too.
/// </summary>
internal static class Html
{
    private static readonly HashSet<string> WithoutEnd = ["br", "img", "meta", "source"];

    /// <summary>An element.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Attributes, elements, text, and sequences of these; null is left out.</param>
    public static XElement Tag(string name, params object?[] content) => WithoutEnd.Contains(name)
        ? new XElement(name, content)
        : new XElement(name, content, ""); // with the empty text it is never <td />, which browsers take for <td>

    /// <summary>A paragraph.</summary>
    /// <param name="content">As for <see cref="Tag"/>.</param>
    public static XElement P(params object?[] content) => Tag("p", content);

    /// <summary>An attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public static XAttribute Attribute(string name, object value) => new(name, value);

    /// <summary>What style sheets know an element by.</summary>
    /// <param name="names">One or more, with spaces between.</param>
    public static XAttribute Class(string names) => new("class", names);

    /// <summary>What links know an element by.</summary>
    /// <param name="id">The id.</param>
    public static XAttribute Id(string id) => new("id", id);

    /// <summary>A link within the page.</summary>
    /// <param name="id">Where to.</param>
    /// <param name="text">What it says.</param>
    public static XElement Link(string id, params object?[] text) => Tag("a", Attribute("href", $"#{id}"), text);

    /// <summary>A picture within the page.</summary>
    /// <param name="png">The PNG file.</param>
    /// <param name="alternative">What it shows, in words.</param>
    /// <param name="width">The width to show it at.</param>
    /// <param name="height">The height to show it at.</param>
    public static XElement Picture(byte[] png, string alternative, int width, int height) => Tag(
        "img",
        Attribute("src", DataUri(png)),
        Attribute("alt", alternative),
        Attribute("width", width),
        Attribute("height", height));

    /// <summary>An address that holds a PNG file itself.</summary>
    /// <param name="png">The file.</param>
    public static string DataUri(byte[] png) => $"data:image/png;base64,{Convert.ToBase64String(png)}";

    /// <summary>A table with one line of headings, in a box in which it scrolls if it is wide.</summary>
    /// <param name="caption">Stands above.</param>
    /// <param name="headings">One a column.</param>
    /// <param name="rows">
    /// The cells of each row, the first of which heads the row; elements td and th are taken as they are.
    /// </param>
    public static XElement Table(string caption, IReadOnlyList<object> headings, IEnumerable<object?[]> rows) => ScrollingTable(
        caption,
        Tag("thead", Tag("tr", headings.Select(heading => Tag("th", Attribute("scope", "col"), heading)))),
        Tag("tbody", rows.Select(row => Tag("tr", row.Select((cell, column) => Cell(cell, column == 0))))));

    /// <summary>A table in a box in which it scrolls if it is wide.</summary>
    /// <param name="caption">Stands above.</param>
    /// <param name="content">Its head and body.</param>
    public static XElement ScrollingTable(string caption, params object?[] content) => Tag(
        "figure",
        Class("table"),
        Tag("figcaption", caption),
        Tag(
            "div",
            Class("scroll"),
            Attribute("role", "region"),
            Attribute("aria-label", caption),
            Attribute("tabindex", 0), // so that the keyboard can scroll it
            Tag("table", content)));

    private static XElement Cell(object? content, bool isHead) =>
        content is XElement { Name.LocalName: "td" or "th" } cell ? cell
        : isHead ? Tag("th", Attribute("scope", "row"), content)
        : Tag("td", content);
}
