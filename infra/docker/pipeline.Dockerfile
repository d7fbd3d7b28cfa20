# The pipeline process with its API and command line: docker build -f infra/docker/pipeline.Dockerfile .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY . .
RUN dotnet publish pipeline/Host -c Release -o /app --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# The image's own unprivileged user.
USER $APP_UID
EXPOSE 8080
ENTRYPOINT ["dotnet", "/app/alarmctl.dll"]
CMD ["serve", "--listen", "http://0.0.0.0:8080"]
