namespace Agents.NodeAgent.Redaction;

/// <summary>
/// What counts as a secret in a command line unless told otherwise; the format is <see cref="RedactionRules.Parse"/>'s. Forms of tokens are
/// those that their issuers document for secret scanning.
/// </summary>
internal static class DefaultRedactionRules
{
    public const string Text =
        """
        # name PATTERN: of an option, a variable, a query parameter, a header, a JSON field. Its value is hidden. - and . count as _,
        # case does not count, * at either end stands for anything.
        name *password*
        name *passwd*
        name *passphrase*
        name pass
        name *_pass
        name sshpass
        name requirepass
        name masterauth
        name *_pwd
        name *secret
        name *secret_key
        name *secretkey
        name *_secret_*
        name *token
        name *apikey
        name *api_key
        name *access_key
        name *accesskey
        name accountkey
        name *private_key
        name *privatekey
        name *encryption_key
        name *credential
        name *credentials
        name authorization
        name proxy_authorization
        name cookie
        name set_cookie
        name *signature
        name sig

        # except PATTERN: names that speak of a secret without holding it.
        except *_file
        except *_path
        except *_dir
        except *_name
        except *_id
        except *_ttl
        except *_type
        except *_length
        except *_policy
        except *_stdin
        except *_prompt
        except *_expiry
        except *_url
        except no_*
        except use_*
        except ask_*

        # flag PROGRAM[,PROGRAM] [SUBCOMMAND] FLAG attached|next|both [after CHAR]: a short option whose value is a secret, in the same
        # word, the next word, or either.
        flag mysql,mysqldump,mysqladmin,mysqlimport,mysqlshow,mariadb,mariadb-dump,mariadb-admin -p attached
        flag sshpass -p both
        flag mongo,mongosh,mongodump,mongorestore,mongoexport,mongoimport -p both
        flag redis-cli -a both
        flag curl -u both after :
        flag curl -U both after :
        flag docker,podman,nerdctl,buildah,skopeo login -p both
        flag helm registry -p both
        flag ldapsearch,ldapadd,ldapmodify,ldapdelete,ldappasswd,ldapwhoami -w both
        flag smbclient,rpcclient -U both after %
        flag sqlcmd,bcp -P both
        flag ipmitool -P both
        flag zip,unzip -P both
        flag 7z,7za,7zr,rar,unrar -p attached
        flag kinit --password next
        flag openssl -passin next after :
        flag openssl -passout next after :
        flag openssl -pass next after :

        # token PREFIX LENGTH: a word that begins so, with at least so many letters, digits, _ . - behind it.
        token AKIA 16
        token ASIA 16
        token ghp_ 30
        token gho_ 30
        token ghu_ 30
        token ghs_ 30
        token ghr_ 30
        token github_pat_ 30
        token glpat- 20
        token xoxb- 10
        token xoxp- 10
        token xoxa- 10
        token xoxs- 10
        token sk_live_ 16
        token rk_live_ 16
        token sk-ant- 20
        token sk-proj- 20
        token AIza 35
        token ya29. 20
        token npm_ 36
        token dckr_pat_ 20
        token hvs. 20
        token SG. 20
        token eyJ 30
        token AGE-SECRET-KEY-1 50
        """;
}
