import type { errors as en } from '../en/errors.ts';
import type { Translation } from '../i18n.svelte.ts';

export const errors = {
  'error.title': 'Das hat nicht geklappt',
  'error.what': 'Was ist geschehen',
  'error.safe': 'Sind meine Daten sicher',
  'error.todo': 'Was ist zu tun',
  'error.copy': 'Einzelheiten kopieren',
  'error.safe.unchanged': 'Ja. Es wurde nichts geschrieben; alles ist, wie es war.',
  'error.safe.kept': 'Ja. Was bereits fertig war, ist gespeichert.',
  'error.safe.check': 'Wahrscheinlich. Sehen Sie ins Prüfprotokoll, bevor Sie weiterarbeiten.',
  'error.unknown.what': 'Es ist etwas geschehen, wofür diese Version keinen Satz kennt.',
  'error.unknown.todo':
    'Versuchen Sie es noch einmal. Tritt es wieder auf, geben Sie den Code unten weiter.',
  'error.BAD_INPUT.what': 'Der Tresorprozess hat die Eingabe nicht angenommen.',
  'error.BAD_INPUT.todo': 'Prüfen Sie Ihre Eingabe und versuchen Sie es noch einmal.',
  'error.LOCKED.what': 'Der Tresor ist gesperrt.',
  'error.LOCKED.todo': 'Entsperren Sie ihn und wiederholen Sie den Schritt.',
  'error.FORBIDDEN.what': 'Ihre Rolle erlaubt dies nicht.',
  'error.FORBIDDEN.todo':
    'Wenden Sie sich an jemanden mit der passenden Rolle oder an die Systemverwaltung.',
  'error.TIMEOUT.what': 'Die Antwort kam nicht rechtzeitig.',
  'error.TIMEOUT.todo':
    'Versuchen Sie es noch einmal. Läuft gerade ein Auftrag, warten Sie, bis er fertig ist.',
  'error.INTERNAL.what': 'Ein Fehler in Cloister hat diesen Schritt beendet.',
  'error.INTERNAL.todo':
    'Versuchen Sie es noch einmal. Tritt es wieder auf, geben Sie den Code unten weiter; er enthält keinen Text.',
  'error.PROCESS_RESTARTED.what': 'Der Tresorprozess wurde währenddessen neu gestartet.',
  'error.PROCESS_RESTARTED.todo':
    'Sehen Sie nach, ob das Ergebnis da ist; wenn nicht, wiederholen Sie den Schritt.',
  'error.VERSION_MISMATCH.what': 'Seite und Tresorprozess stammen aus verschiedenen Versionen.',
  'error.VERSION_MISMATCH.todo': 'Schließen Sie Cloister und starten Sie es neu.',
  'error.CANCELLED.what': 'Es wurde abgebrochen.',
  'error.CANCELLED.todo': 'Nichts. Sie können jederzeit neu beginnen.',
  'error.NOT_FOUND.what': 'Der Gegenstand ist nicht mehr vorhanden.',
  'error.NOT_FOUND.todo': 'Gehen Sie zurück zur Liste; sie zeigt, was da ist.',
  'error.CONFLICT.what': 'Es widerspricht dem, was schon da ist.',
  'error.CONFLICT.todo':
    'Wählen Sie einen anderen Namen oder sehen Sie nach, was sich inzwischen geändert hat.',
  'error.VAULT_EXISTS.what': 'Es gibt hier schon einen Tresor.',
  'error.VAULT_EXISTS.todo': 'Entsperren Sie ihn oder wählen Sie einen anderen Ort.',
  'error.NOT_A_VAULT.what': 'An diesem Ort liegt kein Tresor.',
  'error.NOT_A_VAULT.todo': 'Prüfen Sie den Ort oder legen Sie einen Tresor an.',
  'error.WRONG_PASSPHRASE.what': 'Die Passphrase öffnet diesen Tresor nicht.',
  'error.WRONG_PASSPHRASE.todo':
    'Prüfen Sie Großschreibung und Tastaturbelegung und versuchen Sie es noch einmal.',
  'error.WEAK_PASSPHRASE.what': 'Die Passphrase ist zu leicht zu erraten.',
  'error.WEAK_PASSPHRASE.todo': 'Nehmen Sie mehr oder längere Wörter.',
  'error.THROTTLED.what': 'Es gab zu viele falsche Versuche.',
  'error.THROTTLED.todo': 'Warten Sie etwas; die Wartezeit wächst mit jedem Versuch.',
  'error.VAULT_IN_USE.what': 'Ein anderes Cloister hat diesen Tresor geöffnet.',
  'error.VAULT_IN_USE.todo':
    'Schließen Sie zuerst das andere, auch bei anderen Benutzern dieses Rechners.',
  'error.VAULT_DAMAGED.what': 'Die Tresordatei ist beschädigt.',
  'error.VAULT_DAMAGED.todo':
    'Schreiben Sie nicht mehr hinein. Setzen Sie die neueste Sicherung an ihre Stelle.',
  'error.VAULT_TOO_NEW.what': 'Ein neueres Cloister hat diesen Tresor geschrieben.',
  'error.VAULT_TOO_NEW.todo': 'Öffnen Sie ihn mit jener Version.',
  'error.BACKUP_DAMAGED.what': 'Diese Sicherung ist nicht mehr so, wie sie geschrieben wurde.',
  'error.BACKUP_DAMAGED.todo':
    'Nehmen Sie eine andere Sicherung und verlassen Sie sich nicht auf dieses Medium.',
  'error.ERASURES_UNKNOWN.what':
    'Nach dieser Sicherung wurden Personen gelöscht, und niemand kann sagen, welche.',
  'error.ERASURES_UNKNOWN.todo':
    'Geben Sie die neueste Liste der Löschungen an: den zuletzt benutzten Tresorordner, eine neuere Sicherung oder den Anker auf einem Stick.',
  'error.READ_ONLY.what': 'Der Tresor lässt sich lesen, aber nicht beschreiben.',
  'error.READ_ONLY.todo':
    'Sehen Sie nach, ob der Datenträger schreibgeschützt ist, und entsperren Sie neu.',
  'error.DISK_FULL.what': 'Der Datenträger mit dem Tresor ist voll.',
  'error.DISK_FULL.todo': 'Schaffen Sie Platz und wiederholen Sie den Schritt.',
  'error.NO_PERMISSION.what': 'Das System lässt Cloister nicht an diese Datei oder diesen Ordner.',
  'error.NO_PERMISSION.todo': 'Bitten Sie die Verwaltung des Rechners um Lese- und Schreibrecht.',
  'error.AUDIT_BROKEN.what': 'Das Prüfprotokoll ist in sich nicht schlüssig.',
  'error.AUDIT_BROKEN.todo':
    'Halten Sie ein. Lassen Sie den Tresor, wie er ist, und zeigen Sie ihn der Prüfung.',
  'error.SOURCE_NOT_FOUND.what': 'Was eingelesen werden sollte, ist nicht da.',
  'error.SOURCE_NOT_FOUND.todo': 'Wählen Sie die Dateien noch einmal.',
  'error.SOURCE_UNREADABLE.what': 'Die Dateien lassen sich nicht lesen.',
  'error.SOURCE_UNREADABLE.todo':
    'Prüfen Sie, ob sie sich anderswo öffnen lassen, und wählen Sie sie neu.',
  'error.FORMAT_UNKNOWN.what': 'Das Format ließ sich nicht erkennen.',
  'error.FORMAT_UNKNOWN.todo': 'Wählen Sie das Format selbst und prüfen Sie erneut.',
  'error.MAPPING_INVALID.what': 'Die Zuordnung zu Personen ist nicht brauchbar.',
  'error.MAPPING_INVALID.todo':
    'Prüfen Sie die Spalte oder ob das Muster ein Paar runder Klammern hat.',
  'error.TOO_LARGE.what': 'Es ist größer, als auf einmal angenommen werden kann.',
  'error.TOO_LARGE.todo': 'Teilen Sie es und lesen Sie die Teile nacheinander ein.',
  'error.NOTHING_IMPORTED.what': 'Aus diesen Dateien ließ sich nichts einlesen.',
  'error.NOTHING_IMPORTED.todo': 'Sehen Sie in der Liste nach, was wo nicht stimmt.',
  'error.ORDER_NEEDED.what': 'In diesem Tresor tut das niemand allein.',
  'error.ORDER_NEEDED.todo':
    'Bitten Sie um Freigabe und lassen Sie eine zweite Person unterschreiben. Wiederholen Sie es dann innerhalb eines Tages.',
  'error.ORDER_CLOSED.what': 'Über diese Anordnung ist entschieden, oder ihre Frist ist um.',
  'error.ORDER_CLOSED.todo':
    'Sehen Sie in die Liste der Anordnungen. Stellen Sie sie neu, wenn sie noch gebraucht wird.',
  'error.GATE_DENIED.what': 'Die Zugangsprüfung hat dies nicht freigegeben.',
  'error.GATE_DENIED.todo':
    'Sehen Sie auf den Zweck oben. Zwecke und Grundlagen pflegt die Datenverwaltung.',
  'error.PURPOSE_RETIRED.what': 'Der Zweck ist außer Kraft.',
  'error.PURPOSE_RETIRED.todo':
    'Wählen Sie einen, der in Kraft ist, oder legen Sie einen neuen fest.',
  'error.CONFIRMATION_MISMATCH.what': 'Ihre Eingabe weicht von der verlangten ab.',
  'error.CONFIRMATION_MISMATCH.todo': 'Geben Sie genau ein, was angezeigt wird.',
  'error.REQUEST_CLOSED.what': 'Dieser Antrag ist schon abgeschlossen.',
  'error.REQUEST_CLOSED.todo': 'Fragt die Person erneut, erfassen Sie einen neuen Antrag.',
  'error.ERASURE_UNPROVEN.what': 'Die Person wurde gelöscht, danach fanden sich aber noch Spuren.',
  'error.ERASURE_UNPROVEN.todo':
    'Ordnen Sie es noch einmal an. Bleiben Spuren, lassen Sie den Tresor geschlossen und holen Sie Hilfe.',
  'error.SPAN_INVALID.what': 'Die Stelle liegt nicht im Text oder zerschneidet ein Zeichen.',
  'error.SPAN_INVALID.todo': 'Markieren Sie sie noch einmal.',
  'error.SCHEMA_INVALID.what': 'Die Labels widersprechen sich.',
  'error.SCHEMA_INVALID.todo': 'Geben Sie jedem Label einen eigenen Namen und eine eigene Taste.',
  'error.STALE_EDIT.what': 'Der Text wurde inzwischen anderswo geändert.',
  'error.STALE_EDIT.todo': 'Er wird neu angezeigt; wiederholen Sie Ihre Änderung.',
  'error.NOTHING_TO_UNDO.what': 'Es gibt nichts rückgängig zu machen oder zu wiederholen.',
  'error.NOTHING_TO_UNDO.todo': 'Nichts.',
  'error.SNAPSHOT_EMPTY.what': 'Kein Text ist zugleich fertig und freigegeben.',
  'error.SNAPSHOT_EMPTY.todo':
    'Schließen Sie einige Texte ab oder sehen Sie nach, warum sie zurückgehalten werden.',
  'error.SNAPSHOT_CHANGED.what':
    'Jemand in diesem Datenstand hat seither widerrufen oder wurde gelöscht.',
  'error.SNAPSHOT_CHANGED.todo': 'Frieren Sie einen neuen Datenstand ein und trainieren Sie damit.',
  'error.RECIPE_INVALID.what': 'Das Rezept lässt sich nicht ausführen.',
  'error.RECIPE_INVALID.todo': 'Prüfen Sie die Zahlen oder nehmen Sie eine Vorgabe.',
  'error.TRAINING_DIVERGED.what': 'Der Verlust ist ins Unendliche gewachsen.',
  'error.TRAINING_DIVERGED.todo':
    'Senken Sie die Lernrate. Der letzte gute Zwischenstand ist erhalten.',
  'error.COMPUTE_LOST.what': 'Der Rechenprozess endete mitten in der Arbeit.',
  'error.COMPUTE_LOST.todo':
    'Setzen Sie beim letzten Zwischenstand fort. Schließen Sie andere Programme, falls der Speicher knapp ist.',
  'error.OUT_OF_MEMORY.what': 'Der Arbeitsspeicher reichte nicht.',
  'error.OUT_OF_MEMORY.todo':
    'Schließen Sie andere Programme oder nehmen Sie eine kleinere Vorgabe.',
  'error.MODEL_BLOCKED.what':
    'Dieses Modell darf nicht verwendet werden: Eine Person dahinter hat widerrufen oder wurde gelöscht.',
  'error.MODEL_BLOCKED.todo': 'Frieren Sie einen neuen Datenstand ein und trainieren Sie neu.',
  'error.HELD.what': 'Eine rechtliche Sperre verhindert, dass dies gelöscht wird.',
  'error.HELD.todo':
    'Sehen Sie unter „Aufbewahrung“ nach, welche Sperre es ist. Zwei Personen können sie aufheben.',
  'error.DESTINATION_BLOCKED.what': 'In dieses Land darf nichts hinausgehen.',
  'error.DESTINATION_BLOCKED.todo':
    'Nennen Sie im Verzeichnis die Garantie für die Übermittlung, oder wählen Sie einen anderen Empfänger.',
  'error.POLICY_INVALID.what':
    'Diese Richtlinie ist nicht verwendbar: Sie ist unvollständig, oder ihre Signatur passt nicht.',
  'error.POLICY_INVALID.todo':
    'Lassen Sie sich die signierte Datei und den Fingerabdruck des Schlüssels geben.',
  'error.POLICY_LOCKED.what': 'Das hat Ihre Organisation festgelegt.',
  'error.POLICY_LOCKED.todo':
    'Bitten Sie die Administration um eine neue Richtlinie, wenn es sich ändern muss.',
  'error.KEY_STORE_UNAVAILABLE.what':
    'Dieser Zugang ist an ein Gerät gebunden, das nicht hier ist, oder dieser Rechner bewahrt keine Geheimnisse auf.',
  'error.KEY_STORE_UNAVAILABLE.todo':
    'Arbeiten Sie an jenem Gerät, entsperren Sie mit dem gedruckten Code oder lassen Sie sich von der Verwaltung eine neue Passphrase geben.',
} as const satisfies Translation<typeof en>;
