using DevBroker.Protocol;

namespace DevBroker.Apis;

/// <summary>Tells a client what is spoken here.</summary>
internal static class ApiVersionsApi
{
    public static void Handle(Call call) => Write(call.Writer, call.Version, ErrorCode.None);

    /// <summary>The answer to a version that is not known: in the oldest form, with the list, so that the client can ask again.</summary>
    public static void WriteUnsupported(FrameWriter writer) => Write(writer, 0, ErrorCode.UnsupportedVersion);

    private static void Write(FrameWriter writer, short version, ErrorCode error)
    {
        writer.Error(error);
        writer.Array(Api.All, static (to, api) =>
        {
            to.Int16((short)api.Key);
            to.Int16(api.MinVersion);
            to.Int16(api.MaxVersion);
            to.Tags();
        });
        if (version >= 1) writer.Int32(0);
        writer.Tags();
    }
}
