# The node agent: docker build -f infra/docker/agent.Dockerfile .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY . .
RUN dotnet publish agents/NodeAgent -c Release -o /app --nologo
# A volume takes over the owner of the directory it is first mounted on; an unprivileged user must be able to write its state.
RUN mkdir /state

FROM mcr.microsoft.com/dotnet/runtime:10.0
WORKDIR /app
COPY --from=build /app .
COPY --from=build --chown=$APP_UID:$APP_UID /state /var/lib/node-agent
VOLUME /var/lib/node-agent
USER $APP_UID
ENTRYPOINT ["dotnet", "/app/node-agent.dll"]
CMD ["run", "--state", "/var/lib/node-agent"]
